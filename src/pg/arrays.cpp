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

template <class T>
Datum build(const std::vector<T>& values, int length, char alignment) {
  auto* elements = static_cast<Datum*>(palloc(sizeof(Datum) * values.size() + 1));
  for (std::size_t i = 0; i < values.size(); ++i) {
    elements[i] = SqlType<T>::to_datum(values[i]);
  }
  return PointerGetDatum(construct_array(elements, static_cast<int>(values.size()),
                                         SqlType<T>::kOid, length, false, alignment));
}

}  // namespace

std::vector<std::string> read_texts(const Args& args, int index, const char* name) {
  return read<std::string>(args, index, name, -1, TYPALIGN_INT);
}

std::vector<Uuid> read_uuids(const Args& args, int index, const char* name) {
  return read<Uuid>(args, index, name, UUID_LEN, TYPALIGN_CHAR);
}

Datum SqlType<std::vector<std::string>>::to_datum(const std::vector<std::string>& values) {
  return build(values, -1, TYPALIGN_INT);
}

Datum SqlType<std::vector<Uuid>>::to_datum(const std::vector<Uuid>& values) {
  return build(values, UUID_LEN, TYPALIGN_CHAR);
}

}  // namespace lad::pg
