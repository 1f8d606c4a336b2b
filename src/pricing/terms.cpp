#include "pricing/terms.hpp"

#include <array>

#include "core/error.hpp"
#include "pricing/number.hpp"

namespace lad::pricing {
namespace {

using Kind = JsonNode::Kind;

constexpr std::array<std::string_view, 4> kModels{"per_unit", "package", "graduated", "volume"};

class Reader {
 public:
  /// Of a stored price every flaw is that price's; without one the flaws are the caller's.
  explicit Reader(const std::string* stored) : stored_(stored) {}

  Terms read(const JsonNode& metadata) const {
    Terms terms;
    if (metadata.kind == Kind::null) return terms;
    if (metadata.kind != Kind::object) refuse("must be an object");
    terms.model = read_model(metadata);
    read_package(metadata, terms);
    read_tiers(metadata, terms);
    if (const auto* least = find(metadata, "minimum_charge")) {
      terms.minimum_charge = read_number<Decimal>(*least, "minimum_charge");
    }
    if (const auto* free = find(metadata, "free_quantity")) {
      terms.free_quantity = read_number<Decimal>(*free, "free_quantity");
    }
    return terms;
  }

 private:
  [[noreturn]] void refuse(const std::string& what,
                           ErrorCode code = ErrorCode::invalid_argument) const {
    if (stored_ == nullptr) throw Error{code, "metadata of a price: " + what};
    throw Error{ErrorCode::no_price, "the price for " + *stored_ + " cannot be used",
                "Its metadata: " + what + "."};
  }

  static const JsonNode* find(const JsonNode& object, std::string_view key) {
    const JsonNode* const value = object.find(key);
    return value == nullptr || value->kind == Kind::null ? nullptr : value;
  }

  template <class Number>
  Number read_number(const JsonNode& value, const std::string& name) const {
    if (value.kind != Kind::number && value.kind != Kind::string) {
      refuse(name + " must be a number, or a string that holds one");
    }
    if (const auto flaw = find_flaw(value.text, Number::kScale)) {
      refuse(name + " " + flaw->what, flaw->code);
    }
    return Number::parse(value.text);
  }

  Model read_model(const JsonNode& metadata) const {
    const JsonNode* const value = find(metadata, "model");
    if (value == nullptr) return Model::per_unit;
    for (std::size_t i = 0; i < kModels.size(); ++i) {
      if (value->kind == Kind::string && value->text == kModels[i]) return static_cast<Model>(i);
    }
    refuse("model must be per_unit, package, graduated or volume");
  }

  void read_package(const JsonNode& metadata, Terms& terms) const {
    const JsonNode* const size = find(metadata, "package_size");
    if ((size != nullptr) != (terms.model == Model::package)) {
      refuse(size == nullptr ? "package_size is missing" : "package_size is for the model package");
    }
    if (size == nullptr) return;
    terms.package_size = read_number<Decimal>(*size, "package_size");
    if (terms.package_size.is_zero()) refuse("package_size must be above 0");
  }

  void read_tiers(const JsonNode& metadata, Terms& terms) const {
    const bool has_tiers = terms.model == Model::graduated || terms.model == Model::volume;
    const JsonNode* const tiers = find(metadata, "tiers");
    if ((tiers != nullptr) != has_tiers) {
      refuse(tiers == nullptr ? "tiers is missing"
                              : "tiers is for the models graduated and volume");
    }
    if (tiers == nullptr) return;
    if (tiers->kind != Kind::array || tiers->children.empty() ||
        tiers->children.size() > kMaxTiers) {
      refuse("tiers must be an array of 1 to " + std::to_string(kMaxTiers));
    }
    Decimal below;
    for (std::size_t i = 0; i < tiers->children.size(); ++i) {
      const std::string name = "tier " + std::to_string(i + 1);
      terms.tiers.push_back(read_tier(tiers->children[i], name));
      const auto& up_to = terms.tiers.back().up_to;
      if (up_to.has_value() == (i + 1 == tiers->children.size())) {
        refuse(up_to ? "the last tier must have up_to null, as no quantity is beyond it"
                     : name + " has up_to null and is not the last");
      }
      if (up_to && *up_to <= below) refuse(name + ": up_to must be above that of the tier before");
      if (up_to) below = *up_to;
    }
  }

  Tier read_tier(const JsonNode& node, const std::string& name) const {
    if (node.kind != Kind::object) refuse(name + " must be an object");
    const JsonNode* const price = find(node, "unit_price");
    if (price == nullptr) refuse(name + ": unit_price is missing");
    Tier tier{std::nullopt, read_number<Rate>(*price, name + ": unit_price")};
    if (const JsonNode* const up_to = find(node, "up_to")) {
      tier.up_to = read_number<Decimal>(*up_to, name + ": up_to");
    }
    return tier;
  }

  const std::string* stored_;
};

}  // namespace

std::string_view to_string(Model model) {
  return kModels[static_cast<std::size_t>(model)];
}

Terms read_terms(const JsonNode& metadata) {
  return Reader(nullptr).read(metadata);
}

Terms read_stored_terms(const JsonNode& metadata, const std::string& price) {
  return Reader(&price).read(metadata);
}

}  // namespace lad::pricing
