#include "keyword/csv_loader.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "keyword/fields.hpp"

namespace lad::keyword {

namespace {

constexpr std::size_t kLongestRecord = 1024 * 1024;

// The fields of a record (RFC 4180); quotes are balanced.
std::vector<std::string> fields_of(std::string_view record) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (std::size_t i = 0; i < record.size(); ++i) {
    const char c = record[i];
    if (c == '"' && is_quoted && i + 1 < record.size() && record[i + 1] == '"') {
      fields.back().push_back(record[++i]);
    } else if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  return fields;
}

class EscoLoader : public Loader {
 public:
  explicit EscoLoader(EntrySink& sink) : sink_(sink) {}

  void begin_file(std::size_t) override {
    line_ = 0;
    columns_.clear();
    record_.clear();
    is_open_ = false;
  }

  void line(std::string_view text) override {
    ++line_;
    if (is_open_) {
      record_.push_back('\n');
    } else {
      first_ = line_;
    }
    record_ += text;
    if (std::count(text.begin(), text.end(), '"') % 2 != 0) is_open_ = !is_open_;
    if (record_.size() > kLongestRecord) {
      sink_.reject(first_, record_.substr(0, 80), "quotes that do not end");
      record_.clear();
      is_open_ = false;
    }
    if (is_open_) return;
    read(record_);
    record_.clear();
  }

  void end_file() override {
    if (is_open_) sink_.reject(first_, record_.substr(0, 80), "quotes that do not end");
  }

 private:
  std::string field(const std::vector<std::string>& fields, std::string_view name) const {
    const auto at = std::find(columns_.begin(), columns_.end(), name);
    const auto place = static_cast<std::size_t>(at - columns_.begin());
    return at != columns_.end() && place < fields.size() ? fields[place] : std::string();
  }

  void take(std::string_view term, const std::string& code) {
    if (trim(term).empty()) return;
    Entry entry;
    entry.term = std::string(trim(term));
    entry.concept_code = code;
    entry.contexts = mask_of(Context::title);
    entry.source = Source::esco;
    sink_.take(entry);
  }

  void read(const std::string& record) {
    if (trim(record).empty()) return;
    std::vector<std::string> fields = fields_of(record);
    if (columns_.empty()) {
      columns_ = std::move(fields);
      return;
    }
    const std::string uri = field(fields, "conceptUri");
    const std::string code = uri.substr(uri.rfind('/') + 1);
    const std::string label = field(fields, "preferredLabel");
    if (code.empty() || trim(label).empty()) {
      return sink_.reject(first_, record, "no conceptUri or no preferredLabel");
    }
    sink_.name_concept(code, Source::esco, label);
    take(label, code);
    const std::string others = field(fields, "altLabels");
    for (const std::string_view other : split(others, '\n')) take(other, code);
  }

  EntrySink& sink_;
  std::uint64_t line_ = 0;
  std::uint64_t first_ = 0;
  bool is_open_ = false;
  std::string record_;
  std::vector<std::string> columns_;
};

}  // namespace

std::unique_ptr<Loader> make_esco_loader(EntrySink& sink) {
  return std::make_unique<EscoLoader>(sink);
}

}  // namespace lad::keyword
