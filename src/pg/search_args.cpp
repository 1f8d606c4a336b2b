#include "pg/search_args.hpp"

extern "C" {
#include <access/detoast.h>
}

namespace lad::pg {

const varlena* bounded_argument(FunctionCallInfo fcinfo, int index, std::size_t max_bytes,
                                bool aligned) {
  const Datum value = fcinfo->args[index].value;
  auto* const stored = reinterpret_cast<varlena*>(DatumGetPointer(value));
  if (VARATT_IS_EXTERNAL(stored) || VARATT_IS_COMPRESSED(stored)) {
    const Size size = guard([value] { return toast_raw_datum_size(value); });
    if (size - VARHDRSZ > max_bytes) return nullptr;
  } else if (VARSIZE_ANY_EXHDR(stored) > max_bytes) {
    return nullptr;
  }
  if (!VARATT_IS_EXTENDED(stored)) return stored;
  return guard(
      [=] { return aligned ? pg_detoast_datum(stored) : pg_detoast_datum_packed(stored); });
}

}  // namespace lad::pg
