use clap::CommandFactory as _;

use super::*;

#[test]
fn the_arguments_are_consistent_and_every_one_has_its_help() {
    Cli::command().debug_assert();
    let mut program = Cli::command();
    program.build();
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        assert!(command.get_about().is_some(), "{}", command.get_name());
        assert!(command.get_long_about().is_some(), "{} has no long help", command.get_name());
        for argument in command.get_arguments() {
            let (command, name) = (command.get_name(), argument.get_id());
            assert!(argument.get_help().is_some(), "{command} {name} has no help");
        }
    }
}

#[test]
fn exit_codes_are_those_of_the_contract() {
    let all = [
        (Exit::Ok, 0),
        (Exit::Failed, 1),
        (Exit::Usage, 2),
        (Exit::BadInput, 65),
        (Exit::Unavailable, 69),
        (Exit::CannotCreate, 73),
        (Exit::Io, 74),
        (Exit::Locked, 75),
        (Exit::Config, 78),
    ];
    for (exit, code) in all {
        assert_eq!(exit.code(), code);
    }
    let arguments = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
    assert_eq!(main(arguments("copytaster nonsense")), Exit::Usage);
    assert_eq!(main(arguments("copytaster check --nonsense")), Exit::Usage);
    assert_eq!(main(arguments("copytaster replay --out x")), Exit::Usage);
    assert_eq!(main(arguments("copytaster --version")), Exit::Ok);
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let gone = || Err(io::ErrorKind::BrokenPipe.into());
    assert_eq!(written(gone(), Exit::Ok), Exit::Ok);
    assert_eq!(written(gone(), Exit::Config), Exit::Config);
    assert_eq!(written(Err(io::ErrorKind::StorageFull.into()), Exit::Ok), Exit::Io);
}
