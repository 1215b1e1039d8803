#include "lib/mesh/traffic_reporter.h"

#include <algorithm>
#include <utility>

#include "lib/base/log.h"
#include "lib/mesh/limits.h"
#include "lib/mesh/traffic_proto.h"
#include "proto/mesh.pb.h"

namespace heddle {
namespace {

// A message of about this size is enough: acknowledgements, which are more urgent, wait for it.
constexpr size_t kEnoughBytes = 128 << 10;

}  // namespace

TrafficReporter::TrafficReporter(Loop& loop, uint64_t seed, std::function<void()> on_outgoing)
    : loop_(loop),
      random_(seed),
      on_outgoing_(std::move(on_outgoing)),
      timer_(loop, [this] { OnTimer(); }),
      collected_at_(loop.Now()) {}

TrafficReporter::~TrafficReporter() { *alive_ = false; }

void TrafficReporter::StartStream(Millis interval) {
  streaming_ = true;
  ++stream_;
  interval_ = interval;
  if (interval > Millis(0)) {
    timer_.Start(std::chrono::duration_cast<Nanos>(Nanos(interval) * random_.Unit()));
  }
  if (!idle()) on_outgoing_();
}

void TrafficReporter::EndStream() {
  streaming_ = false;
  timer_.Cancel();
  asked_ = answers_ = 0;
}

void TrafficReporter::Asked(uint64_t id) {
  asked_ = id;
  if (idle()) Collect();
}

void TrafficReporter::Finish() {
  last_due_ = true;
  if (idle()) Collect();
}

void TrafficReporter::OnTimer() {
  timer_.Start(interval_);
  if (idle()) Collect();
}

void TrafficReporter::Collect() {
  const uint64_t answers = std::exchange(asked_, 0);
  last_due_ = false;
  collecting_ = true;
  const auto done = [this, alive = alive_, answers, stream = stream_](std::vector<TrafficRow> rows) {
    if (*alive) Collected(stream == stream_ && streaming_ ? answers : 0, std::move(rows));
  };
  if (source_) {
    source_(done);
  } else {
    done({});
  }
}

void TrafficReporter::Collected(uint64_t answers, std::vector<TrafficRow> rows) {
  collecting_ = false;
  const Nanos now = loop_.Now();
  covers_ = std::chrono::duration_cast<Millis>(now - collected_at_);
  collected_at_ = now;
  rows_ = std::move(rows);
  std::reverse(rows_.begin(), rows_.end());
  answers_ = answers;
  if (!idle() && !sending_) on_outgoing_();
}

bool TrafficReporter::NextMessage(mesh::v1::FromProxy* out) {
  if (!streaming_) return false;
  if (idle() && (asked_ != 0 || last_due_)) {
    sending_ = true;
    Collect();
    sending_ = false;
  }
  if (collecting_ || idle()) return false;
  out->Clear();
  mesh::v1::Traffic* report = out->mutable_traffic();
  report->set_interval_ms(static_cast<uint32_t>(covers_.count()));
  size_t bytes = 0;
  while (!rows_.empty() && bytes < kEnoughBytes && report->services_size() < mesh_limits::kMaxTrafficRows) {
    mesh::v1::ServiceTraffic* service = report->add_services();
    if (const absl::Status status = ToProto(rows_.back(), service); !status.ok()) {
      Log(LogLevel::kError) << "not reported: " << rows_.back().key.service << " at "
                            << rows_.back().key.client << ": " << status.message();
      report->mutable_services()->RemoveLast();
    } else {
      bytes += service->ByteSizeLong();
    }
    rows_.pop_back();
  }
  if (rows_.empty()) report->set_answers(std::exchange(answers_, 0));
  return true;
}

}  // namespace heddle
