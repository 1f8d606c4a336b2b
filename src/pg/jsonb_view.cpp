#include "pg/jsonb_view.hpp"

extern "C" {
#include <utils/fmgrprotos.h>
}

namespace lad::pg {
namespace {

/// Keys are kept in this order.
bool is_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

JsonbView JsonbView::root_of(const varlena* jsonb) {
  auto* const root = &reinterpret_cast<Jsonb*>(const_cast<varlena*>(jsonb))->root;
  const JsonbView whole{root};
  return JsonContainerIsScalar(root) ? whole.child(0) : whole;
}

/// Of an object the keys come first, then the values.
JsonbView JsonbView::entry(std::size_t index) const {
  const std::size_t entries = size() * (JsonContainerIsObject(container_) ? 2 : 1);
  const char* const data = reinterpret_cast<const char*>(&container_->children[entries]);
  const auto at = static_cast<int>(index);
  const std::size_t offset = getJsonbOffset(container_, at);
  const std::size_t length = getJsonbLength(container_, at);
  const JEntry kind = container_->children[index];
  if (JBE_ISSTRING(kind)) return {kind, data + offset, length};
  if (JBE_ISNUMERIC(kind)) return {kind, data + INTALIGN(offset), 0};
  if (!JBE_ISCONTAINER(kind)) return {kind, nullptr, 0};
  return JsonbView{reinterpret_cast<JsonbContainer*>(const_cast<char*>(data + INTALIGN(offset)))};
}

JsonbView JsonbView::child(std::size_t index) const {
  return entry(JsonContainerIsObject(container_) ? size() + index : index);
}

std::string_view JsonbView::key(std::size_t index) const {
  const JsonbView name = entry(index);
  return {name.data_, name.length_};
}

bool JsonbView::find(std::string_view wanted, JsonbView& result) const {
  std::size_t low = 0, high = size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (is_before(key(middle), wanted)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == size() || key(low) != wanted) return false;
  result = child(low);
  return true;
}

bool JsonbView::equals(const JsonbView& other) const {
  if (JBE_ISSTRING(entry_)) {
    return JBE_ISSTRING(other.entry_) &&
           std::string_view(data_, length_) == std::string_view(other.data_, other.length_);
  }
  if (JBE_ISNUMERIC(entry_)) {
    return JBE_ISNUMERIC(other.entry_) &&
           DatumGetBool(DirectFunctionCall2(numeric_eq, PointerGetDatum(data_),
                                            PointerGetDatum(other.data_)));
  }
  return (entry_ & JENTRY_TYPEMASK) == (other.entry_ & JENTRY_TYPEMASK);
}

}  // namespace lad::pg
