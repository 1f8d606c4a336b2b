#include "pg/setting.hpp"

extern "C" {
#include <utils/guc.h>
}

namespace lad::pg {

bool refuse_setting(const Failure& failure) {
  GUC_check_errcode(failure.sqlstate);
  GUC_check_errmsg("%s", failure.message);
  if (failure.detail[0] != '\0') GUC_check_errdetail("%s", failure.detail);
  if (failure.hint[0] != '\0') GUC_check_errhint("%s", failure.hint);
  return false;
}

}  // namespace lad::pg
