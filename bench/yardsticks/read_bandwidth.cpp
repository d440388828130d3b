// How fast this machine reads memory: threads add up their shares of one large table.
// Arguments: bytes, threads, and "huge" for pages of 2 MiB, where the system gives them, or "ordinary".
// Each line on the input is answered by the milliseconds of one reading.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>
#ifdef __linux__
#include <sys/mman.h>
#endif

constexpr size_t HUGE_PAGE = size_t(2) << 20;

// One stream, or several side by side, each as wide sums that do not wait for each other.
template <size_t STREAMS, size_t LANES>
static float sumOf(const float* table, size_t count) {
  const size_t share = count / STREAMS;
  float sums[STREAMS][LANES] = {};
  for (size_t at = 0; at + LANES <= share; at += LANES)
    for (size_t stream = 0; stream < STREAMS; stream++)
      for (size_t lane = 0; lane < LANES; lane++) sums[stream][lane] += table[stream * share + at + lane];
  float total = 0;
  for (auto& stream : sums)
    for (float sum : stream) total += sum;
  return total;
}

using Reader = float (*)(const float*, size_t);

static double millisecondsOf(Reader read, const float* table, size_t count, std::vector<float>& sums) {
  const auto start = std::chrono::steady_clock::now();
  const size_t share = count / sums.size();
  std::vector<std::thread> others;
  for (size_t t = 1; t < sums.size(); t++)
    others.emplace_back([&, t] { sums[t] += read(table + t * share, share); });
  sums[0] += read(table, share);
  for (auto& other : others) other.join();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

int main(int, char** argv) {
  const size_t bytes = std::strtoull(argv[1], nullptr, 10);
  const size_t count = bytes / sizeof(float);
  float* table = static_cast<float*>(std::aligned_alloc(HUGE_PAGE, (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE));
#ifdef __linux__
  madvise(table, bytes, std::string(argv[3]) == "huge" ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
#endif
  for (size_t at = 0; at < count; at++) table[at] = 1.0f;
  std::vector<float> sums(std::strtoull(argv[2], nullptr, 10));
  std::string line;
  while (std::getline(std::cin, line)) {
    // which is faster depends on the machine and on its pages
    const double one = millisecondsOf(sumOf<1, 128>, table, count, sums);
    const double several = millisecondsOf(sumOf<8, 16>, table, count, sums);
    float total = 0;
    for (float sum : sums) total += sum;
    std::printf("%.4f %g\n", std::min(one, several), total);
    std::fflush(stdout);
  }
}
