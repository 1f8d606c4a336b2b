#include "pg/mask.hpp"

#include "pg/boundary.hpp"

extern "C" {
#include <pgstat.h>
#include <tcop/tcopprot.h>
#include <utils/backend_status.h>
}

namespace lad::pg {

void mask_statement(const char* stand_in) {
  guard([stand_in] {
    pgstat_report_activity(STATE_RUNNING, stand_in);
    debug_query_string = stand_in;
  });
}

}  // namespace lad::pg
