#include "pg/args.hpp"
#include "pg/as_owner.hpp"
#include "pg/mask.hpp"
#include "pg/result.hpp"
#include "pg/spi.hpp"
#include "tenancy/people.hpp"
#include "tenancy/people_store.hpp"

namespace lad::tenancy {
namespace {

struct SignedIn {
  Uuid user_id;
  store::Home home;
};

std::optional<SignedIn> verify_password(const std::string& email, const std::string& password) {
  // Whether it is too long depends on nobody's password; all else takes one run of bcrypt.
  if (!may_be_password(password)) return std::nullopt;
  const auto person = store::find_credentials(email);
  const bool right = store::matches(password, person ? person->password_hash : std::nullopt);
  if (!person || !right) return std::nullopt;
  return SignedIn{person->user_id, store::sign_in(person->user_id)};
}

}  // namespace

LAD_FUNCTION(lad_register_user) {
  pg::mask_statement("SELECT lad.register_user($1, $2, $3, $4)");
  const pg::Args args{fcinfo};
  const store::NewPerson person{
      args.get<std::string>(0, "email"), args.get_optional<std::string>(1),
      args.get_optional<std::string>(2), args.get_optional<std::string>(3)};
  require_email(person.email);
  if (person.password) require_password(*person.password);
  const pg::ActAsOwner owner{"lad_owner"};
  const auto user_id = pg::with_spi([&] { return store::register_person(person); });
  if (!user_id) throw Error{ErrorCode::duplicate, "email is taken"};
  return pg::to_datum(*user_id);
}

LAD_FUNCTION(lad_verify_password) {
  pg::mask_statement("SELECT * FROM lad.verify_password($1, $2)");
  const pg::Args args{fcinfo};
  const auto email = args.get<std::string>(0, "email");
  const auto password = args.get<std::string>(1, "password");
  const pg::ActAsOwner owner{"lad_owner"};
  const auto person = pg::with_spi([&] { return verify_password(email, password); });
  pg::RowSet rows{fcinfo};
  if (person) rows.add(person->user_id, person->home.tenant_id, person->home.role);
  return rows.done();
}

}  // namespace lad::tenancy
