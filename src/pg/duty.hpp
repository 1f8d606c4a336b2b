#pragma once

namespace lad::pg {

/// Until the end of the scope the running work is that of a service, whoever has called it, as in a
/// job of maintenance: require_caller takes the caller for a member of lad_service. The current
/// role, which decides about rights, must be one that the work may have.
class ServiceDuty {
 public:
  ServiceDuty();
  ~ServiceDuty();
  ServiceDuty(const ServiceDuty&) = delete;
  ServiceDuty& operator=(const ServiceDuty&) = delete;
};

}  // namespace lad::pg
