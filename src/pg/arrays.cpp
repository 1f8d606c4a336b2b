#include "pg/arrays.hpp"

extern "C" {
#include <utils/array.h>
}

namespace lad::pg {
namespace {

constexpr int kMaxElements = 10'000;

/// An array taken apart: plain data, so that a longjmp may drop it.
struct Elements {
  Datum* values = nullptr;
  bool* nulls = nullptr;
  int count = 0;
  bool too_large = false;
};

Elements take_apart(Datum datum, Oid type, int length, bool by_value, char alignment) {
  Elements elements;
  ArrayType* const array = DatumGetArrayTypeP(datum);
  elements.too_large = ARR_NDIM(array) > 1 ||
                       ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) > kMaxElements ||
                       ARR_ELEMTYPE(array) != type;
  if (elements.too_large) return elements;
  deconstruct_array(array, type, length, by_value, alignment, &elements.values, &elements.nulls,
                    &elements.count);
  if (length != -1) return elements;
  for (int i = 0; i < elements.count; ++i) {
    if (elements.nulls[i]) continue;
    elements.values[i] = PointerGetDatum(PG_DETOAST_DATUM_PACKED(elements.values[i]));
  }
  return elements;
}

template <class T>
std::vector<T> read(const Args& args, int index, const char* name, int length, char alignment) {
  if (args.is_null(index)) {
    throw Error{ErrorCode::null_argument, std::string(name) + " must not be null"};
  }
  const Datum datum = args.datum(index);
  const Elements elements =
      guard([&] { return take_apart(datum, SqlType<T>::kOid, length, false, alignment); });
  if (elements.too_large) {
    throw Error{ErrorCode::invalid_argument,
                std::string(name) + " must be one list of at most 10,000 elements"};
  }
  std::vector<T> result;
  for (int i = 0; i < elements.count; ++i) {
    if (elements.nulls[i]) {
      throw Error{ErrorCode::null_argument, std::string(name) + " must not contain null"};
    }
    result.push_back(SqlType<T>::from_datum(elements.values[i]));
  }
  return result;
}

}  // namespace

std::vector<std::string> read_texts(const Args& args, int index, const char* name) {
  return read<std::string>(args, index, name, -1, TYPALIGN_INT);
}

std::vector<Uuid> read_uuids(const Args& args, int index, const char* name) {
  return read<Uuid>(args, index, name, UUID_LEN, TYPALIGN_CHAR);
}

std::vector<Decimal> read_decimals(const Args& args, int index, const char* name) {
  return read<Decimal>(args, index, name, -1, TYPALIGN_INT);
}

Datum build_array(const ElementLayout& layout, Datum* values, bool* nulls, std::size_t count) {
  int size = static_cast<int>(count);
  int first = 1;
  return PointerGetDatum(construct_md_array(values, nulls, 1, &size, &first, layout.element,
                                            layout.length, layout.by_value, layout.alignment));
}

}  // namespace lad::pg
