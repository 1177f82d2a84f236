// What the processor can do by hand: the two event lists every C++ programmer would take, on the two workloads of kernel.bench.ts.
// usage: reference <quad|std> mm1 <customers> | hold <pending> <holds>
// Prints events (or holds) per second of host time. Times are doubles and draws have 32 bits, as one would write it without a framework.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <queue>
#include <vector>

struct Notice {
  double time;
  uint64_t insertion;
  uint32_t kind, argument;
};

static inline bool earlier(const Notice &x, const Notice &y) {
  return x.time < y.time || (x.time == y.time && x.insertion < y.insertion);
}

struct Random { // sfc32
  uint32_t a = 0x243f6a88, b = 0x85a308d3, c, counter = 1;
  explicit Random(uint32_t seed) : c(seed) {
    for (int i = 0; i < 20; i++) bits();
  }
  uint32_t bits() {
    uint32_t sum = a + b + counter++;
    a = b ^ (b >> 9);
    b = c + (c << 3);
    c = ((c << 21) | (c >> 11)) + sum;
    return sum;
  }
  double exponential(double mean) { return -std::log((bits() + 0.5) / 4294967296.0) * mean; }
};

struct Later {
  bool operator()(const Notice &x, const Notice &y) const { return earlier(y, x); }
};

class StandardList {
  std::priority_queue<Notice, std::vector<Notice>, Later> queue;

public:
  bool empty() const { return queue.empty(); }
  void add(const Notice &notice) { queue.push(notice); }
  Notice take() {
    Notice first = queue.top();
    queue.pop();
    return first;
  }
};

class QuadHeap { // a heap in which every node has four children: half the depth, and siblings share a cache line or two
  std::vector<Notice> nodes;

public:
  bool empty() const { return nodes.empty(); }
  void add(const Notice &notice) {
    size_t hole = nodes.size();
    nodes.push_back(notice);
    for (size_t parent; hole > 0 && earlier(notice, nodes[parent = (hole - 1) / 4]); hole = parent) nodes[hole] = nodes[parent];
    nodes[hole] = notice;
  }
  Notice take() {
    const Notice first = nodes.front(), moved = nodes.back();
    nodes.pop_back();
    const size_t size = nodes.size();
    if (size == 0) return first;
    size_t hole = 0;
    for (size_t child; (child = 4 * hole + 1) < size;) {
      const size_t end = child + 4 < size ? child + 4 : size;
      size_t best = child;
      while (++child < end)
        if (earlier(nodes[child], nodes[best])) best = child;
      if (!earlier(nodes[best], moved)) break;
      nodes[hole] = nodes[best];
      hole = best;
    }
    nodes[hole] = moved;
    return first;
  }
};

class Stopwatch {
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();

public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); }
};

template <class List> double mm1(long customers) {
  Stopwatch watch;
  Random arrivals(1), services(2);
  List list;
  uint64_t insertion = 0, events = 0;
  std::vector<double> waiting(4096); // a ring
  size_t first = 0, length = 0;
  bool busy = false;
  long arrived = 0;
  double waits = 0;
  list.add({arrivals.exponential(1.25), insertion++, 0, 0});
  while (!list.empty()) {
    const Notice notice = list.take();
    events++;
    if (notice.kind == 0) {
      if (++arrived < customers) list.add({notice.time + arrivals.exponential(1.25), insertion++, 0, 0});
      if (busy) {
        if (length == waiting.size()) abort();
        waiting[(first + length++) & (waiting.size() - 1)] = notice.time;
        continue;
      }
      busy = true;
    } else if (length > 0) {
      waits += notice.time - waiting[first];
      first = (first + 1) & (waiting.size() - 1);
      length--;
    } else {
      busy = false;
      continue;
    }
    list.add({notice.time + services.exponential(1.0), insertion++, 1, 0});
  }
  const double seconds = watch.seconds();
  fprintf(stderr, "mean wait %.4f\n", waits / customers);
  return events / seconds;
}

template <class List> double hold(long pending, long holds) {
  Random random(1);
  std::vector<double> delays(65536);
  for (double &delay : delays) delay = random.exponential(1.0);
  List list;
  uint64_t insertion = 0;
  for (long i = 0; i < pending; i++) list.add({random.exponential(1.0), insertion++, 0, (uint32_t)i});
  const auto turn = [&](long count) {
    for (long i = 0; i < count; i++) {
      Notice notice = list.take();
      notice.time += delays[i & 65535];
      notice.insertion = insertion++;
      list.add(notice);
    }
  };
  turn(pending < 100000 ? 100000 : pending);
  Stopwatch watch;
  turn(holds);
  return holds / watch.seconds();
}

template <class List> double run(int count, char **words) {
  if (count == 4 && !strcmp(words[2], "mm1")) return mm1<List>(atol(words[3]));
  if (count == 5 && !strcmp(words[2], "hold")) return hold<List>(atol(words[3]), atol(words[4]));
  fprintf(stderr, "usage: reference <quad|std> mm1 <customers> | hold <pending> <holds>\n");
  exit(2);
}

int main(int count, char **words) {
  const bool quad = count > 1 && !strcmp(words[1], "quad");
  printf("%.0f\n", quad ? run<QuadHeap>(count, words) : run<StandardList>(count, words));
}
