fn main() -> std::process::ExitCode {
    billwright::main()
}
