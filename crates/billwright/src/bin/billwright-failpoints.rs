//! The server with ways to fail on purpose, for tests. No release carries it: see the feature `failpoints`.

fn main() -> std::process::ExitCode {
    billwright::failpoints::main()
}
