#include "pg/bcrypt.hpp"

#include "pg/spi.hpp"

extern "C" {
#include <catalog/pg_collation_d.h>
}

namespace lad::pg {
namespace {

constinit Plan<std::string> kFunction{
    "SELECT p.oid::int8 FROM pg_extension e"
    " JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid"
    "   AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'"
    " JOIN pg_proc p ON p.oid = d.objid"
    " WHERE e.extname = 'pgcrypto' AND p.proname = $1 AND p.pronargs = 2"};

Oid find_function(const char* name) {
  const Rows rows = kFunction.run(name);
  if (rows.size() != 1) {
    throw Error{ErrorCode::internal, std::string("pgcrypto has no function ") + name};
  }
  return static_cast<Oid>(rows.get<std::int64_t>(0, 0));
}

}  // namespace

std::string bcrypt_salt(int cost) {
  const Oid function = find_function("gen_salt");
  return SqlType<std::string>::from_datum(guard([&] {
    return OidFunctionCall2Coll(function, DEFAULT_COLLATION_OID,
                                PointerGetDatum(cstring_to_text("bf")), Int32GetDatum(cost));
  }));
}

std::string bcrypt(const std::string& password, const std::string& setting) {
  const Oid function = find_function("crypt");
  return SqlType<std::string>::from_datum(guard([&] {
    return OidFunctionCall2Coll(function, DEFAULT_COLLATION_OID,
                                SqlType<std::string>::to_datum(password),
                                SqlType<std::string>::to_datum(setting));
  }));
}

}  // namespace lad::pg
