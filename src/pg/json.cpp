#include "pg/json.hpp"

#include "core/error.hpp"
#include "pg/boundary.hpp"

namespace lad::pg {
namespace {

constexpr int kMaxDepth = 32;
constexpr int kMaxEvents = 200'000;
constexpr std::size_t kMaxText = 4 << 20;

/// One step of the walk through the jsonb: plain data, so that a longjmp may drop it.
struct Event {
  JsonbIteratorToken token;
  JsonNode::Kind kind;
  bool boolean;
  const char* text;
  std::size_t length;
};

struct Events {
  Event* items = nullptr;
  int count = 0;
  bool too_large = false;
};

void describe_scalar(const JsonbValue& value, Event& event) {
  switch (value.type) {
    case jbvString:
      event.kind = JsonNode::Kind::string;
      event.text = value.val.string.val;
      event.length = static_cast<std::size_t>(value.val.string.len);
      return;
    case jbvNumeric: {
      event.kind = JsonNode::Kind::number;
      event.text =
          DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)));
      event.length = std::strlen(event.text);
      return;
    }
    case jbvBool:
      event.kind = JsonNode::Kind::boolean;
      event.boolean = value.val.boolean;
      return;
    default:
      return;
  }
}

/// Walks the jsonb (inside a guard).
Events walk(Jsonb* jsonb) {
  Events events;
  int capacity = 256;
  int depth = 0;
  std::size_t text = 0;
  events.items = static_cast<Event*>(palloc(sizeof(Event) * capacity));
  JsonbIterator* iterator = JsonbIteratorInit(&jsonb->root);
  JsonbValue value;
  JsonbIteratorToken token;
  while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE) {
    if (events.count == capacity) {
      capacity *= 2;
      events.items = static_cast<Event*>(repalloc(events.items, sizeof(Event) * capacity));
    }
    Event event{token, JsonNode::Kind::null, false, "", 0};
    if (token == WJB_KEY || token == WJB_VALUE || token == WJB_ELEM) describe_scalar(value, event);
    if (token == WJB_BEGIN_ARRAY || token == WJB_BEGIN_OBJECT) ++depth;
    if (token == WJB_END_ARRAY || token == WJB_END_OBJECT) --depth;
    text += event.length;
    events.items[events.count++] = event;
    events.too_large = depth > kMaxDepth || events.count > kMaxEvents || text > kMaxText;
    if (events.too_large) break;
  }
  return events;
}

class Builder {
 public:
  explicit Builder(const Events& events) : events_(events) {}

  JsonNode build() {
    const Event& event = events_.items[next_++];
    JsonNode node;
    if (event.token == WJB_BEGIN_ARRAY) {
      node.kind = JsonNode::Kind::array;
      while (events_.items[next_].token != WJB_END_ARRAY) node.children.push_back(build());
      ++next_;
    } else if (event.token == WJB_BEGIN_OBJECT) {
      node.kind = JsonNode::Kind::object;
      while (events_.items[next_].token != WJB_END_OBJECT) {
        const Event& key = events_.items[next_++];
        node.keys.emplace_back(key.text, key.length);
        node.children.push_back(build());
      }
      ++next_;
    } else {
      node.kind = event.kind;
      node.boolean = event.boolean;
      node.text.assign(event.text, event.length);
    }
    return node;
  }

 private:
  const Events& events_;
  int next_ = 0;
};

}  // namespace

JsonNode read_json(JsonbDatum json) {
  const Events events = guard([json] { return walk(DatumGetJsonbP(json.value)); });
  if (events.too_large) {
    throw Error{ErrorCode::invalid_argument, "json value is too large or nested too deeply"};
  }
  JsonNode node = Builder{events}.build();
  // jsonb keeps a lone scalar as an array of one; its header tells.
  const bool is_scalar = guard([json] { return JB_ROOT_IS_SCALAR(DatumGetJsonbP(json.value)); });
  return is_scalar ? JsonNode{node.children.at(0)} : node;
}

}  // namespace lad::pg
