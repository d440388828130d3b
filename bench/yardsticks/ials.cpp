// The yardstick of bench/ials.bench.ts: the same iALS iteration in C++ with Eigen. Reads a matrix from the file in argv[1], then
// does one iteration for every line on its input and answers with the milliseconds that it took.
//
// Per row (Hu et al. 2008, Rendle et al. 2021): x = (alpha0 Y^T Y + sum of w y y^T + lambda I)^-1 (sum of w y), by gathering the
// row's y into one block, a symmetric rank update and a Cholesky factorization, both Eigen's.
#include <Eigen/Dense>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

using Table = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Side {
  int rows;
  std::vector<int> offsets, indices;
  std::vector<float> weights;
  Table factors;
};

template <typename T>
static std::vector<T> readArray(FILE* file, size_t count) {
  std::vector<T> values(count);
  if (std::fread(values.data(), sizeof(T), count, file) != count) std::exit(2);
  return values;
}

static Side readSide(FILE* file, int rank) {
  Side side;
  side.rows = readArray<int>(file, 1)[0];
  side.offsets = readArray<int>(file, side.rows + 1);
  side.indices = readArray<int>(file, side.offsets.back());
  side.weights = readArray<float>(file, side.offsets.back());
  side.factors = Table::Zero(side.rows, rank);
  return side;
}

static void onThreads(int threads, const std::function<void()>& work) {
  std::vector<std::thread> others;
  for (int t = 1; t < threads; t++) others.emplace_back(work);
  work();
  for (auto& other : others) other.join();
}

static void solveSide(Side& own, const Side& other, float alpha0, float lambda, int threads) {
  const int rank = own.factors.cols();
  Eigen::MatrixXf gram = Eigen::MatrixXf::Zero(rank, rank);
  gram.selfadjointView<Eigen::Lower>().rankUpdate(other.factors.transpose(), alpha0);
  std::atomic<int> next{0};
  onThreads(threads, [&] {
    Eigen::MatrixXf a(rank, rank), block;
    Eigen::VectorXf b(rank);
    for (;;) {
      const int first = next.fetch_add(8);
      if (first >= own.rows) return;
      for (int row = first; row < std::min(own.rows, first + 8); row++) {
        const int begin = own.offsets[row], count = own.offsets[row + 1] - begin;
        if (count == 0) { own.factors.row(row).setZero(); continue; }
        block.resize(rank, count);
        b.setZero();
        for (int k = 0; k < count; k++) {
          const float root = std::sqrt(own.weights[begin + k]);
          block.col(k) = root * other.factors.row(own.indices[begin + k]).transpose();
          b += root * block.col(k);
        }
        a.triangularView<Eigen::Lower>() = gram;
        a.selfadjointView<Eigen::Lower>().rankUpdate(block);
        a.diagonal().array() += lambda * (count + alpha0 * other.rows);
        Eigen::LLT<Eigen::Ref<Eigen::MatrixXf>, Eigen::Lower> factored(a);
        own.factors.row(row) = factored.solve(b).transpose();
      }
    }
  });
}

int main(int argc, char** argv) {
  if (argc != 6) return 1;
  FILE* file = std::fopen(argv[1], "rb");
  if (file == nullptr) return 2;
  const int rank = std::stoi(argv[2]), threads = std::stoi(argv[3]);
  const float alpha0 = std::stof(argv[4]), lambda = std::stof(argv[5]);
  Side users = readSide(file, rank), items = readSide(file, rank);
  std::fclose(file);
  std::mt19937 generator(1);
  std::normal_distribution<float> normal(0, 0.1f / std::sqrt(float(rank)));
  for (int i = 0; i < items.factors.size(); i++) items.factors.data()[i] = normal(generator);
  char line[64];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    const auto start = std::chrono::steady_clock::now();
    solveSide(users, items, alpha0, lambda, threads);
    solveSide(items, users, alpha0, lambda, threads);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::printf("%.3f %.6f\n", took.count(), users.factors.row(0).norm());
    std::fflush(stdout);
  }
}
