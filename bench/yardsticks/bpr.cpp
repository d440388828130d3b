// The yardstick of bench/bpr.bench.ts: the same descent on Bayesian personalized ranking in plain C++, with a bisection to find out
// whether a drawn item is one of the user's. Reads a matrix by users from the file in argv[1], then does an epoch for every line on its
// input and answers with milliseconds and mean loss.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

template <typename T>
static std::vector<T> readArray(FILE* file, size_t count) {
  std::vector<T> values(count);
  if (std::fread(values.data(), sizeof(T), count, file) != count) std::exit(2);
  return values;
}

struct Random {
  uint32_t a, b;
  uint32_t bits() {
    const uint32_t result = a * 0x9e3779bb;
    b ^= a;
    a = ((a << 26) | (a >> 6)) ^ b ^ (b << 9);
    b = (b << 13) | (b >> 19);
    return result;
  }
  uint32_t below(uint32_t limit) { return uint32_t((uint64_t(bits()) * limit) >> 32); }
};

template <int RANK>
static double epoch(const std::vector<int>& offsets, const std::vector<int>& rows, const std::vector<int>& indices, int items,
                    std::vector<float>& users, std::vector<float>& factors, std::vector<float>& biases, Random& random) {
  const float rate = 0.05f, keep = 1 - rate * 0.01f;
  double loss = 0;
  for (size_t sample = 0; sample < indices.size(); sample++) {
    const uint32_t entry = random.below(indices.size());
    const int user = rows[entry], i = indices[entry];
    const int *first = &indices[offsets[user]], *last = &indices[offsets[user + 1]];
    int j;
    do j = random.below(items);
    while (std::binary_search(first, last, j));
    float* __restrict p = &users[size_t(user) * RANK];
    float* __restrict qi = &factors[size_t(i) * RANK];
    float* __restrict qj = &factors[size_t(j) * RANK];
    float x = biases[i] - biases[j];
    for (int c = 0; c < RANK; c++) x += p[c] * (qi[c] - qj[c]);
    const float odds = std::exp(std::min(20.f, std::max(-20.f, x))), gradient = 1 / (1 + odds), s = rate * gradient;
    loss -= std::log(odds * gradient);
    for (int c = 0; c < RANK; c++) {
      const float u = p[c], a = qi[c], b = qj[c];
      p[c] = keep * u + s * (a - b);
      qi[c] = keep * a + s * u;
      qj[c] = keep * b - s * u;
    }
    biases[i] = keep * biases[i] + s;
    biases[j] = keep * biases[j] - s;
  }
  return loss / indices.size();
}

int main(int argc, char** argv) {
  if (argc != 4) return 1;
  FILE* file = std::fopen(argv[1], "rb");
  if (file == nullptr) return 2;
  const int rank = std::stoi(argv[2]), items = std::stoi(argv[3]);
  const int userCount = readArray<int>(file, 1)[0];
  const auto offsets = readArray<int>(file, userCount + 1);
  const auto indices = readArray<int>(file, offsets.back());
  std::fclose(file);
  std::vector<int> rows(indices.size());
  for (int user = 0; user < userCount; user++) std::fill(&rows[offsets[user]], &rows[0] + offsets[user + 1], user);
  std::mt19937 generator(1);
  std::normal_distribution<float> normal(0, 0.1f / std::sqrt(float(rank)));
  std::vector<float> users(size_t(userCount) * rank), factors(size_t(items) * rank), biases(items);
  for (float& x : users) x = normal(generator);
  for (float& x : factors) x = normal(generator);
  Random random{12345, 67890};
  char line[64];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    const auto start = std::chrono::steady_clock::now();
    const double loss = rank == 128 ? epoch<128>(offsets, rows, indices, items, users, factors, biases, random)
                                    : epoch<64>(offsets, rows, indices, items, users, factors, biases, random);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::printf("%.3f %.4f\n", took.count(), loss);
    std::fflush(stdout);
  }
}
