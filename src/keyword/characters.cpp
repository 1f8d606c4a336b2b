#include "keyword/characters.hpp"

#include <algorithm>
#include <iterator>

namespace lad::keyword {

namespace {

struct Range {
  char32_t first;
  char32_t last;
  CharacterKind kind;
};

using enum CharacterKind;

// Characters beyond ASCII that belong to no word, in ascending order (Unicode 15 blocks). All
// others are letters: a keyword in any script is kept.
constexpr Range kRanges[] = {
    {0x80, 0x9F, control},     {0xA0, 0xA9, gap},         {0xAB, 0xAC, gap},
    {0xAD, 0xAD, nothing},     {0xAE, 0xB1, gap},         {0xB4, 0xB4, gap},
    {0xB6, 0xB8, gap},         {0xBB, 0xBB, gap},         {0xBF, 0xBF, gap},
    {0xD7, 0xD7, gap},         {0xF7, 0xF7, gap},         {0x2C2, 0x2C5, gap},
    {0x34F, 0x34F, nothing},   {0x55A, 0x55F, gap},       {0x589, 0x58A, gap},
    {0x5BE, 0x5BE, gap},       {0x60C, 0x60D, gap},       {0x61B, 0x61F, gap},
    {0x66A, 0x66D, gap},       {0x6D4, 0x6D4, gap},       {0x115F, 0x1160, nothing},
    {0x1680, 0x1680, gap},     {0x17B4, 0x17B5, nothing}, {0x180B, 0x180F, nothing},
    {0x2000, 0x200A, gap},     {0x200B, 0x200F, nothing}, {0x2010, 0x2029, gap},
    {0x202A, 0x202E, nothing}, {0x202F, 0x205F, gap},     {0x2060, 0x206F, nothing},
    {0x20A0, 0x20CF, gap},     {0x20D0, 0x20FF, nothing}, {0x2100, 0x2101, gap},
    {0x2103, 0x2106, gap},     {0x2108, 0x2109, gap},     {0x2114, 0x2114, gap},
    {0x2116, 0x2118, gap},     {0x211E, 0x2123, gap},     {0x2190, 0x245F, gap},
    {0x2500, 0x2BFF, gap},     {0x2CF9, 0x2CFF, gap},     {0x2E00, 0x2E7F, gap},
    {0x3000, 0x3004, gap},     {0x3008, 0x3020, gap},     {0x3030, 0x3030, gap},
    {0x303D, 0x303F, gap},     {0x30FB, 0x30FB, gap},     {0x3164, 0x3164, nothing},
    {0x4DC0, 0x4DFF, gap},     {0xD800, 0xDFFF, gap},     {0xE000, 0xF8FF, gap},
    {0xFD3E, 0xFD3F, gap},     {0xFE00, 0xFE0F, nothing}, {0xFE10, 0xFE6F, gap},
    {0xFEFF, 0xFEFF, nothing}, {0xFF01, 0xFF0F, gap},     {0xFF1A, 0xFF20, gap},
    {0xFF3B, 0xFF40, gap},     {0xFF5B, 0xFF65, gap},     {0xFFA0, 0xFFA0, nothing},
    {0xFFE0, 0xFFEE, gap},     {0xFFF0, 0xFFFB, nothing}, {0xFFFC, 0xFFFF, gap},
    {0x1D000, 0x1D1FF, gap},   {0x1F000, 0x1FAFF, gap},   {0xE0000, 0xE0FFF, nothing},
    {0xF0000, 0x10FFFF, gap}};

CharacterKind ascii_kind(char32_t character) noexcept {
  if ((character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')) {
    return letter;
  }
  if (character >= '0' && character <= '9') return digit;
  if (character == ' ') return gap;
  return character < ' ' || character == 0x7F ? control : sign;
}

// The length of the sequence that starts with the byte; 0 for a byte that starts none.
std::size_t sequence_length(unsigned char first) noexcept {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

}  // namespace

CharacterKind kind_of(char32_t character) noexcept {
  if (character < 0x80) return ascii_kind(character);
  const auto* range =
      std::upper_bound(std::begin(kRanges), std::end(kRanges), character,
                       [](char32_t value, const Range& r) { return value <= r.last; });
  return range != std::end(kRanges) && character >= range->first ? range->kind : letter;
}

std::u32string decode_utf8(std::string_view utf8) {
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  std::u32string out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size();) {
    const auto first = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = sequence_length(first);
    char32_t value = length < 2 ? first : first & (0x7FU >> length);
    bool valid = length > 0 && i + length <= utf8.size();
    for (std::size_t k = 1; valid && k < length; ++k) {
      const auto next = static_cast<unsigned char>(utf8[i + k]);
      valid = (next & 0xC0U) == 0x80U;
      value = value << 6U | (next & 0x3FU);
    }
    valid = valid && value >= kSmallest[length] && value <= 0x10FFFF &&
            !(value >= 0xD800 && value <= 0xDFFF);
    out.push_back(valid ? value : 0xFFFD);
    i += valid ? length : 1;
  }
  return out;
}

void append_utf8(std::string& out, char32_t character) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (character < 0x80) {
    put(character);
  } else if (character < 0x800) {
    put(0xC0U | character >> 6U);
    put(0x80U | (character & 0x3FU));
  } else if (character < 0x10000) {
    put(0xE0U | character >> 12U);
    put(0x80U | (character >> 6U & 0x3FU));
    put(0x80U | (character & 0x3FU));
  } else {
    put(0xF0U | character >> 18U);
    put(0x80U | (character >> 12U & 0x3FU));
    put(0x80U | (character >> 6U & 0x3FU));
    put(0x80U | (character & 0x3FU));
  }
}

}  // namespace lad::keyword
