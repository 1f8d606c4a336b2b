#include "keyword/occupation_loader.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "keyword/fields.hpp"

namespace lad::keyword {

namespace {

// In capitals, but for a plural s, and short: (CEO), (RNs), (R&D).
bool is_short_form(std::string_view text) {
  if (text.ends_with('s')) text.remove_suffix(1);
  const auto is_capital = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '&' || c == '/';
  };
  return text.size() >= 2 && text.size() <= 8 && std::all_of(text.begin(), text.end(), is_capital);
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

class TitleLoader : public Loader {
 public:
  TitleLoader(EntrySink& sink, Source source, Context context)
      : sink_(sink), source_(source), contexts_(mask_of(context)) {}

  void begin_file(std::size_t) override { line_ = 0; }
  void end_file() override {}

 protected:
  void reject(std::string_view text, std::string_view reason) { sink_.reject(line_, text, reason); }

  Entry entry(std::string_view term) const {
    Entry out;
    out.term = std::string(term);
    out.contexts = contexts_;
    out.source = source_;
    return out;
  }

  void take_member(std::string_view term, std::string_view code) {
    Entry out = entry(term);
    out.concept_code = std::string(code);
    sink_.take(out);
  }

  // The long form is what the short one means; the short one also stands for it.
  void take_abbreviation(std::string_view long_form, std::string_view short_form) {
    Entry out = entry(short_form);
    out.expansion = std::string(long_form);
    out.relation = Relation::abbreviation;
    out.weight = 0.9F;
    sink_.take(out);
    std::swap(out.term, out.expansion);
    sink_.take(out);
    take_shortened_part(long_form, short_form);
  }

  // "Quality Assurance Tester" and "QA Tester" also say what QA is.
  void take_shortened_part(std::string_view long_form, std::string_view short_form) {
    auto from = split(short_form, ' ');
    auto to = split(long_form, ' ');
    const std::size_t words = from.size();
    while (from.size() > 1 && to.size() > 1 && from.back() == to.back()) {
      from.pop_back();
      to.pop_back();
    }
    while (from.size() > 1 && to.size() > 1 && from.front() == to.front()) {
      from.erase(from.begin());
      to.erase(to.begin());
    }
    const bool is_cut = to.size() == 1 && from[0].size() >= 3 && to[0].starts_with(from[0]);
    if (from.size() != 1 || from.size() == words || (to.size() == 1 && !is_cut)) return;
    Entry out = entry(from[0]);
    for (const std::string_view word : to) {
      if (!out.expansion.empty()) out.expansion.push_back(' ');
      out.expansion += word;
    }
    out.relation = Relation::abbreviation;
    out.weight = 0.8F;
    sink_.take(out);
  }

  EntrySink& sink_;
  Source source_;
  ContextMask contexts_;
  std::uint64_t line_ = 0;
};

class OnetLoader : public TitleLoader {
 public:
  explicit OnetLoader(EntrySink& sink) : TitleLoader(sink, Source::onet, Context::title) {}

  void begin_file(std::size_t index) override {
    TitleLoader::begin_file(index);
    reads_titles_ = index == 1;
  }

  void line(std::string_view text) override {
    if (++line_ == 1 || trim(text).empty()) return;
    const auto fields = split(text, '\t');
    if (fields.size() < 2) return reject(text, "fewer than two columns");
    if (!is_code(fields[0])) return reject(text, "not an O*NET-SOC code");
    if (fields[1].empty()) return reject(text, "no title");
    const std::string code(fields[0]);
    if (!reads_titles_) {
      occupations_.insert(code);
      sink_.name_concept(code, source_, fields[1]);
      return take_member(fields[1], code);
    }
    if (!occupations_.contains(code)) return reject(text, "occupation not in Occupation Data");
    take_title(fields[1], fields.size() > 2 ? fields[2] : std::string_view(), code);
  }

 private:
  // NN-NNNN.NN
  static bool is_code(std::string_view code) {
    return code.size() == 10 && code[2] == '-' && code[7] == '.' && is_digits(code.substr(0, 2)) &&
           is_digits(code.substr(3, 4)) && is_digits(code.substr(8));
  }

  void take_title(std::string_view title, std::string_view short_title, const std::string& code) {
    const std::size_t open = title.rfind('(');
    if (open != title.npos && open > 0 && title.ends_with(')')) {
      const std::string_view inside = title.substr(open + 1, title.size() - open - 2);
      if (inside == short_title || is_short_form(inside)) {
        title = trim(title.substr(0, open));
        take_abbreviation(title, inside);
        if (inside == short_title) short_title = {};
      }
    }
    take_member(title, code);
    if (!short_title.empty() && short_title != "n/a") take_abbreviation(title, short_title);
  }

  bool reads_titles_ = false;
  std::set<std::string, std::less<>> occupations_;
};

class NaicsLoader : public TitleLoader {
 public:
  explicit NaicsLoader(EntrySink& sink) : TitleLoader(sink, Source::naics, Context::industry) {}

  void line(std::string_view text) override {
    ++line_;
    if (trim(text).empty()) return;
    const auto fields = split(text, '\t');
    if (fields.size() < 3) return reject(text, "fewer than three columns");
    if (!is_digits(fields[0]) || fields[0].size() < 2 || fields[0].size() > 6) {
      if (line_ == 1) return;
      return reject(text, "not a NAICS code of two to six digits");
    }
    if (fields[2].empty()) return reject(text, "no index entry");
    const std::string code(fields[0]);
    if (!fields[1].empty() && code != named_) {
      sink_.name_concept(code, source_, fields[1]);
      take_member(fields[1], code);
      named_ = code;
    }
    take_member(fields[2], code);
  }

 private:
  std::string named_;
};

}  // namespace

std::unique_ptr<Loader> make_onet_loader(EntrySink& sink) {
  return std::make_unique<OnetLoader>(sink);
}

std::unique_ptr<Loader> make_naics_loader(EntrySink& sink) {
  return std::make_unique<NaicsLoader>(sink);
}

}  // namespace lad::keyword
