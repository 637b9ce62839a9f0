//! Every operation against every scope of Zoho.

use std::collections::BTreeSet;

use face_zoho::{Mount, Needs, Operation, operations, scopes};
use testkit::TestDb;
use testkit::server::Reply;

use crate::house::{AsValue, EVERYTHING, House, ORGANIZATION};

/// The path with what no object is called, so that no operation changes anything.
fn path(mount: Mount, operation: &Operation) -> String {
    let parts = operation.path.split('/').map(|part| match part {
        "{organization_id}" => ORGANIZATION,
        part if part.starts_with('{') => "1",
        part => part,
    });
    format!("{}{}", mount.prefix(), parts.collect::<Vec<_>>().join("/"))
}

/// The four of every module that the table knows.
fn all_scopes() -> BTreeSet<String> {
    let modules = operations().filter_map(|operation| match operation.needs {
        Needs::AnyToken => None,
        Needs::Scope(scope) => Some(scope.rsplit_once('.').expect("a scope has parts").0),
    });
    let actions = ["READ", "CREATE", "UPDATE", "DELETE"];
    modules.flat_map(|module| actions.map(|action| format!("{module}.{action}"))).collect()
}

async fn ask(house: &House, token: &str, operation: &Operation, mount: Mount) -> Reply {
    let authorization = format!("Zoho-oauthtoken {token}");
    house.ask(operation.method, &path(mount, operation), &[("authorization", &authorization)], "").await
}

fn is_unauthorized(reply: &Reply) -> bool {
    reply.status == 401 && reply.value()["code"] == 57
}

#[test]
fn one_scope_opens_what_it_names_and_nothing_else() {
    let every: BTreeSet<String> = all_scopes();
    assert!(every.len() >= 4, "{every:?}");
    for operation in operations() {
        let Needs::Scope(own) = operation.needs else { continue };
        for scope in &every {
            let held = [scope.clone()];
            assert_eq!(operation.needs.are_met_by(&held), scope == own, "{}: {scope}", operation.name);
        }
        let (module, _) = own.rsplit_once('.').expect("a scope has parts");
        for scope in [format!("{module}.ALL"), EVERYTHING.to_owned()] {
            assert!(operation.needs.are_met_by(std::slice::from_ref(&scope)), "{}: {scope}", operation.name);
        }
        assert_eq!(scopes::canonical(own).as_deref(), Some(own), "{} can be asked for", operation.name);
    }
}

testkit::on_both_databases! {
    /// By HTTP, on every mount: its own scope, its module's `ALL`, and all the others at once.
    async fn every_operation_asks_for_its_scope(db: TestDb) {
        let house = House::build(db).await;
        let every = all_scopes();
        for own in &every {
            let (module, _) = own.rsplit_once('.').expect("a scope has parts");
            let of_module = format!("{module}.ALL");
            let others: Vec<&str> = every.iter().filter(|scope| *scope != own).map(String::as_str).collect();
            let enough = [house.token(&[own], None).await, house.token(&[&of_module], None).await];
            let lacking = house.token(&others, None).await;
            for operation in operations().filter(|operation| operation.needs.are_met_by(std::slice::from_ref(own))) {
                if operation.needs == Needs::AnyToken {
                    continue;
                }
                for mount in Mount::ALL {
                    let refused = ask(&house, &lacking, operation, mount).await;
                    assert!(is_unauthorized(&refused), "{}: {refused:?}", operation.name);
                }
                for token in &enough {
                    let reply = ask(&house, token, operation, Mount::Billing).await;
                    assert!(!is_unauthorized(&reply), "{}: {reply:?}", operation.name);
                    assert!(reply.status < 500, "{}: {reply:?}", operation.name);
                }
            }
        }
        let none = house.token(&[], None).await;
        for operation in operations() {
            let reply = ask(&house, &none, operation, Mount::Api).await;
            assert_eq!(is_unauthorized(&reply), operation.needs != Needs::AnyToken, "{}: {reply:?}", operation.name);
        }
    }
}
