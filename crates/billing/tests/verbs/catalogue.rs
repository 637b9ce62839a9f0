//! Products, plans, add-ons and coupons: what may be made of them, what they cost on an invoice, and what is refused.

use billing::Error;
use billing::catalogue::addons::{AddonFields, AskedPlans, CreateAddon, DeleteAddon, UpdateAddon};
use billing::catalogue::coupons::{
    AskedAddons, AskedDiscount, CouponFields, CreateCoupon, DeleteCoupon, RedeemCoupon, UpdateCoupon,
};
use billing::catalogue::plans::{CreatePlan, DeletePlan, PlanFields, UpdatePlan};
use billing::catalogue::products::{CreateProduct, DeleteProduct, ProductFields, UpdateProduct};
use billing::catalogue::{ByCode, EntryKind, EntryRef};
use billing::invoices::InvoiceSpec;
use billing::invoices::create::CreateInvoice;
use billing::invoices::issue::IssueInvoice;
use billing::read::{OfferList, OfferPage};
use domain::Refusal;
use domain::catalogue::{AddonKind, Bracket, CouponKind, CouponStatus, IntervalUnit, PriceModel, PricingScheme};
use domain::id::{AddonId, CouponId, InvoiceId, ProductId, TaxGroupId};
use domain::money::{Currency, Decimal};
use testkit::builders::{World, amount, day, decimal, instant};
use testkit::{TestDb, on_both_databases};

async fn product(world: &World, name: &str) -> ProductId {
    let fields = ProductFields { name: Some(name.to_owned()), ..ProductFields::default() };
    world.does(CreateProduct { fields }).await
}

fn plan(product: ProductId, code: &str, price: PriceModel) -> CreatePlan {
    let fields = PlanFields {
        code: Some(code.to_owned()),
        name: Some("Basic".to_owned()),
        price: Some(price),
        interval: Some(1),
        ..PlanFields::default()
    };
    CreatePlan { product: Some(product), fields }
}

fn addon(product: ProductId, code: &str, price: PriceModel) -> CreateAddon {
    let fields = AddonFields {
        code: Some(code.to_owned()),
        name: Some("E-mail".to_owned()),
        unit: Some("mailbox".to_owned()),
        price: Some(price),
        ..AddonFields::default()
    };
    CreateAddon { product: Some(product), fields }
}

fn coupon(product: ProductId, code: &str) -> CreateCoupon {
    CreateCoupon {
        product: Some(product),
        code: code.to_owned(),
        name: "Thanks".to_owned(),
        description: String::new(),
        kind: CouponKind::OneTime,
        discount: AskedDiscount::Percent(amount("20")),
        max_redemptions: None,
        expires_on: None,
        plans: AskedPlans::All,
        addons: AskedAddons::None,
    }
}

fn each(price: &str) -> PriceModel {
    PriceModel::per_unit(decimal(price)).expect("a price")
}

/// 10 each up to 50, then 8.
fn tiers() -> PriceModel {
    let brackets = vec![Bracket::new(Some(decimal("50")), decimal("10")), Bracket::new(None, decimal("8"))];
    PriceModel::new(PricingScheme::Tier, brackets, Decimal::ZERO).expect("tiers")
}

fn code<T>(text: &str) -> ByCode<T> {
    ByCode::Code(text.to_owned())
}

/// An issued invoice of so many of what a code sells.
async fn sold(world: &World, codes: &[(&str, &str)]) -> InvoiceId {
    let asked = codes.iter().map(|(code, _)| EntryRef::Code((*code).to_owned())).collect();
    let entries = world.billing.catalogue_entries(&world.caller, asked).await.expect("entries");
    let lines = entries
        .iter()
        .zip(codes)
        .map(|(entry, (_, quantity))| entry.as_ref().expect("it is sold").line(decimal(quantity)));
    let spec = InvoiceSpec::to(world.customer, lines.collect());
    let invoice = world.does(CreateInvoice { spec }).await;
    world.does(IssueInvoice { invoice }).await
}

on_both_databases! {
    async fn a_change_of_terms_publishes_a_version(db: TestDb) {
        let world = World::open(&db).await;
        let hosting = product(&world, "Hosting").await;
        let id = world.does(plan(hosting, "basic", each("40"))).await;
        let rename = PlanFields { name: Some("Basic monthly".to_owned()), ..PlanFields::default() };
        world.does(UpdatePlan { plan: ByCode::Id(id), fields: rename.clone() }).await;
        let dearer = PlanFields {
            price: Some(tiers()),
            billing_cycles: Some(Some(12)),
            interval_unit: Some(IntervalUnit::Years),
            setup_fee: Some(decimal("99.5")),
            ..rename
        };
        world.does(UpdatePlan { plan: code("basic"), fields: dearer.clone() }).await;
        world.does(UpdatePlan { plan: code("basic"), fields: dearer }).await;

        let view = world.billing.plan(&world.caller, &code("basic")).await.expect("the plan").value;
        assert_eq!((view.plan.id, view.plan.name.as_str(), view.plan.version.number), (id, "Basic monthly", 2));
        let versions = world.billing.plan_versions(&world.caller, id, 0, 10).await.expect("versions");
        let [first, second] = versions.as_slice() else { panic!("two versions: {versions:?}") };
        assert_eq!((first.number, &first.terms.price, first.terms.billing_cycles), (1, &each("40"), None));
        assert_eq!(second, &view.plan.version);
        let terms = &second.terms;
        assert_eq!((terms.currency, &terms.price, terms.setup_fee), (Currency::USD, &tiers(), decimal("99.5")));
        assert_eq!((terms.interval, terms.interval_unit, terms.billing_cycles), (1, IntervalUnit::Years, Some(12)));
        assert_ne!(first.id, second.id);
        assert_eq!(world.billing.plan_versions(&world.caller, id, 1, 10).await.expect("versions").len(), 1);
    }

    async fn every_scheme_is_billed_as_it_computes(db: TestDb) {
        let world = World::open(&db).await;
        let hosting = product(&world, "Hosting").await;
        world.does(plan(hosting, "basic", each("40"))).await;
        world.does(plan(hosting, "base", PriceModel::flat(decimal("99")).expect("a price"))).await;
        world.does(addon(hosting, "mail", tiers())).await;
        let packages = vec![Bracket::new(Some(decimal("10")), decimal("5"))];
        let packages = PriceModel::new(PricingScheme::Package, packages, Decimal::ZERO).expect("packages");
        world.does(addon(hosting, "pack", packages)).await;
        let volume = vec![Bracket::new(Some(decimal("3")), decimal("2")), Bracket::new(None, decimal("1"))];
        let volume = PriceModel::new(PricingScheme::Volume, volume, Decimal::ZERO).expect("a volume");
        world.does(addon(hosting, "volume", volume)).await;

        let asked = [("basic", "3"), ("base", "7"), ("mail", "60"), ("pack", "25"), ("volume", "4")];
        let invoice = sold(&world, &asked).await;
        let view = world.view(invoice).await;
        let lines: Vec<(String, String)> = view
            .lines
            .iter()
            .map(|line| (line.item_code.clone().expect("a code"), line.net.to_fixed()))
            .collect();
        let expected = [("basic", "120.00"), ("base", "99.00"), ("mail", "580.00"), ("pack", "15.00"), ("volume", "4.00")];
        assert_eq!(lines, expected.map(|(code, net)| (code.to_owned(), net.to_owned())));
        assert_eq!(view.summary.total.to_fixed(), "818.00");
        world.books_are_sound().await;
    }

    async fn a_line_names_what_it_sells_by_any_code(db: TestDb) {
        let world = World::open(&db).await;
        let hosting = product(&world, "Hosting").await;
        let basic = world.does(plan(hosting, "basic", each("40"))).await;
        let once = AddonFields { kind: Some(AddonKind::OneTime), ..addon(hosting, "once", each("3")).fields };
        let once = world.does(CreateAddon { product: Some(hosting), fields: once }).await;
        let asked = vec![
            EntryRef::Id(basic.0),
            EntryRef::Code("once".to_owned()),
            EntryRef::Code("none".to_owned()),
            EntryRef::Id(hosting.0),
            EntryRef::Id(basic.0),
        ];
        let found = world.billing.catalogue_entries(&world.caller, asked).await.expect("entries");
        let kinds: Vec<_> = found.iter().map(|entry| entry.as_ref().map(|entry| (entry.kind, entry.id))).collect();
        let (plan, addon) = ((EntryKind::Plan, basic.0), (EntryKind::Addon(AddonKind::OneTime), once.0));
        assert_eq!(kinds, [Some(plan), Some(addon), None, None, Some(plan)]);
        let entry = found[0].as_ref().expect("the plan");
        assert_eq!(entry.unit_price(decimal("2"), Currency::USD), Ok(Some(decimal("40"))));
        let refused = Refusal::CurrencyMismatch { expected: Currency::EUR, given: Currency::USD };
        assert_eq!(entry.unit_price(decimal("2"), Currency::EUR), Err(refused));

        let off = PlanFields { is_active: Some(false), ..PlanFields::default() };
        world.does(UpdatePlan { plan: ByCode::Id(basic), fields: off }).await;
        let spec = InvoiceSpec::to(world.customer, vec![entry.line(decimal("1"))]);
        assert_eq!(world.refuses(CreateInvoice { spec }).await, Refusal::ItemInactive);
    }

    async fn what_is_sold_is_not_deleted(db: TestDb) {
        let world = World::open(&db).await;
        let hosting = product(&world, "Hosting").await;
        world.does(plan(hosting, "basic", each("40"))).await;
        world.does(plan(hosting, "idle", each("1"))).await;
        let select = AskedPlans::Select(vec![code("idle"), code("basic"), code("idle")]);
        let fields = AddonFields { plans: Some(select), ..addon(hosting, "mail", tiers()).fields };
        let mail = world.does(CreateAddon { product: Some(hosting), fields }).await;
        let mut offer = coupon(hosting, "THANKS");
        offer.plans = AskedPlans::Select(vec![code("idle")]);
        offer.addons = AskedAddons::Select(vec![ByCode::Id(mail)]);
        world.does(offer).await;
        sold(&world, &[("basic", "1"), ("mail", "1")]).await;

        assert_eq!(world.refuses(DeleteProduct { product: hosting }).await, Refusal::InUse { what: "product" });
        assert_eq!(world.refuses(DeletePlan { plan: code("basic") }).await, Refusal::InUse { what: "plan" });
        assert_eq!(world.refuses(DeleteAddon { addon: code("mail") }).await, Refusal::InUse { what: "addon" });
        world.does(DeletePlan { plan: code("idle") }).await;
        let left = world.billing.addon(&world.caller, &code("mail")).await.expect("the add-on").value;
        assert_eq!(left.plans.iter().map(|plan| plan.code.as_str()).collect::<Vec<_>>(), ["basic"]);
        let left = world.billing.coupon(&world.caller, &code("THANKS")).await.expect("the coupon").value;
        assert!(left.plans.is_empty() && left.addons.len() == 1);
        let gone = world.billing.plan(&world.caller, &code("idle")).await;
        assert!(matches!(gone, Err(Error::Missing { kind: "plan", .. })));
        world.does(DeleteCoupon { coupon: code("THANKS") }).await;

        let empty = product(&world, "Empty").await;
        world.does(DeleteProduct { product: empty }).await;
        assert!(matches!(world.tried(DeleteProduct { product: empty }).await, Err(Error::Missing { kind: "product", .. })));
        world.books_are_sound().await;
    }

    async fn plans_and_addons_are_joined_from_both_sides(db: TestDb) {
        let world = World::open(&db).await;
        let (hosting, other) = (product(&world, "Hosting").await, product(&world, "Other").await);
        let basic = world.does(plan(hosting, "basic", each("40"))).await;
        world.does(plan(other, "elsewhere", each("40"))).await;
        world.does(addon(hosting, "all", each("1"))).await;
        let none = AddonFields { plans: Some(AskedPlans::Select(Vec::new())), ..addon(hosting, "some", each("1")).fields };
        world.does(CreateAddon { product: Some(hosting), fields: none }).await;
        let of_plan = async || {
            let view = world.billing.plan(&world.caller, &ByCode::Id(basic)).await.expect("the plan").value;
            view.addons.into_iter().map(|addon| addon.code).collect::<Vec<_>>()
        };
        assert_eq!(of_plan().await, ["all"]);
        let joined = PlanFields { addons: Some(vec![code("some"), code("all")]), ..PlanFields::default() };
        world.does(UpdatePlan { plan: ByCode::Id(basic), fields: joined }).await;
        assert_eq!(of_plan().await, ["all", "some"]);
        let apart = AddonFields { plans: Some(AskedPlans::Select(Vec::new())), ..AddonFields::default() };
        world.does(UpdateAddon { addon: code("some"), fields: apart }).await;
        assert_eq!(of_plan().await, ["all"]);

        let foreign = AddonFields { plans: Some(AskedPlans::Select(vec![code("elsewhere")])), ..AddonFields::default() };
        let refused = world.refuses(UpdateAddon { addon: code("some"), fields: foreign }).await;
        assert_eq!(refused, Refusal::Invalid { what: "plans" });
        let unknown = PlanFields { addons: Some(vec![code("none")]), ..PlanFields::default() };
        let unknown = world.tried(UpdatePlan { plan: ByCode::Id(basic), fields: unknown }).await;
        assert!(matches!(unknown, Err(Error::Missing { kind: "addon", .. })));
    }

    async fn coupons_run_out(db: TestDb) {
        let world = World::open(&db).await;
        let hosting = product(&world, "Hosting").await;
        let mut offer = coupon(hosting, "THANKS");
        offer.max_redemptions = Some(1);
        offer.expires_on = Some(day("2026-03-31"));
        let id: CouponId = world.does(offer).await;
        let status = async || world.billing.shown(&world.caller, id).await.expect("the coupon").value.status;
        assert_eq!(status().await, CouponStatus::Active);
        let redeemed = world.does(RedeemCoupon { coupon: code("THANKS") }).await;
        assert_eq!((redeemed.redemption_count, status().await), (1, CouponStatus::MaxedOut));
        let refused = world.refuses(RedeemCoupon { coupon: ByCode::Id(id) }).await;
        assert_eq!(refused, Refusal::CouponUnusable { coupon: id, status: CouponStatus::MaxedOut });
        assert_eq!(world.refuses(DeleteCoupon { coupon: ByCode::Id(id) }).await, Refusal::InUse { what: "coupon" });
        let more = CouponFields { max_redemptions: Some(None), ..CouponFields::default() };
        world.does(UpdateCoupon { coupon: ByCode::Id(id), fields: more }).await;
        assert_eq!(status().await, CouponStatus::Active);
        world.clock.set(instant("2026-04-01T00:00:00Z"));
        assert_eq!(status().await, CouponStatus::Expired);
        let off = CouponFields { is_active: Some(false), ..CouponFields::default() };
        world.does(UpdateCoupon { coupon: ByCode::Id(id), fields: off }).await;
        assert_eq!(status().await, CouponStatus::Inactive);
    }

    async fn of_two_redemptions_at_once_one_is_too_late(db: TestDb) {
        let world = World::open(&db).await;
        let second = world.second_server().await;
        let hosting = product(&world, "Hosting").await;
        let mut offer = coupon(hosting, "ONE");
        offer.max_redemptions = Some(1);
        world.does(offer).await;
        let (here, there) = tokio::join!(
            world.tried(RedeemCoupon { coupon: code("ONE") }),
            second.tried(RedeemCoupon { coupon: code("ONE") }),
        );
        assert!(here.is_ok() != there.is_ok(), "one came too late: {here:?} {there:?}");
    }

    async fn bad_values_are_refused_and_change_nothing(db: TestDb) {
        let world = World::open(&db).await;
        let hosting = product(&world, "Hosting").await;
        world.does(plan(hosting, "basic", each("40"))).await;
        world.does(addon(hosting, "mail", each("1"))).await;
        world.does(coupon(hosting, "THANKS")).await;
        let duplicate = |what| Refusal::Duplicate { what };
        assert_eq!(world.refuses(plan(hosting, "basic", each("1"))).await, duplicate("plan_code"));
        assert_eq!(world.refuses(addon(hosting, "mail", each("1"))).await, duplicate("addon_code"));
        assert_eq!(world.refuses(coupon(hosting, "THANKS")).await, duplicate("coupon_code"));
        let blank = |what| Refusal::Blank { what };
        assert_eq!(world.refuses(plan(hosting, " ", each("1"))).await, blank("plan_code"));
        let unpriced = CreatePlan { fields: PlanFields { price: None, ..plan(hosting, "x", each("1")).fields }, product: Some(hosting) };
        assert_eq!(world.refuses(unpriced).await, blank("recurring_price"));
        let homeless = CreatePlan { product: None, ..plan(hosting, "x", each("1")) };
        assert_eq!(world.refuses(homeless).await, blank("product_id"));
        let lost = world.tried(plan(ProductId(1), "x", each("1"))).await;
        assert!(matches!(lost, Err(Error::Missing { kind: "product", .. })));
        let never = PlanFields { interval: Some(0), ..PlanFields::default() };
        let never = world.refuses(UpdatePlan { plan: code("basic"), fields: never }).await;
        assert_eq!(never, Refusal::Invalid { what: "interval" });
        let taxed = PlanFields { tax_group_id: Some(Some(TaxGroupId(1))), ..PlanFields::default() };
        let taxed = world.tried(UpdatePlan { plan: code("basic"), fields: taxed }).await;
        assert!(matches!(taxed, Err(Error::Missing { kind: "tax_group", .. })));
        let mut much = coupon(hosting, "MUCH");
        much.discount = AskedDiscount::Percent(amount("100.1"));
        assert_eq!(world.refuses(much).await, Refusal::RateOutOfRange { what: "discount_value" });
        let mut precise = coupon(hosting, "PRECISE");
        precise.discount = AskedDiscount::Flat(amount("0.001"), None);
        let refused = world.refuses(precise).await;
        assert_eq!(refused, Refusal::TooPrecise { what: "discount_value", currency: Currency::USD });
        let script = ProductFields { redirect_url: Some("javascript:alert(1)".to_owned()), ..ProductFields::default() };
        let script = world.refuses(UpdateProduct { product: hosting, fields: script }).await;
        assert_eq!(script, Refusal::Invalid { what: "redirect_url" });
        let view = world.billing.plan(&world.caller, &code("basic")).await.expect("the plan").value;
        assert_eq!((view.plan.version.number, view.plan.version.terms.interval), (1, 1));
    }

    async fn lists_are_of_one_seller_and_one_product(db: TestDb) {
        let world = World::open(&db).await;
        let neighbour = world.neighbour().await;
        let (hosting, other) = (product(&world, "Hosting").await, product(&world, "Other").await);
        let theirs = product(&neighbour, "Theirs").await;
        let mut made = Vec::new();
        for (at, product) in [(1, hosting), (2, other), (3, hosting)] {
            made.push(world.does(plan(product, &format!("plan-{at}"), each("1"))).await);
            world.does(addon(product, &format!("addon-{at}"), each("1"))).await;
            world.does(coupon(product, &format!("COUPON-{at}"))).await;
        }
        let page = |product_id, is_active| OfferList::Newest(OfferPage { is_active, product_id, offset: 0, limit: 10 });
        let codes = async |list| {
            let found = world.billing.plans(&world.caller, list).await.expect("plans").value;
            found.into_iter().map(|view| view.plan.code).collect::<Vec<_>>()
        };
        let of_hosting = codes(page(Some(hosting), None)).await;
        assert_eq!(of_hosting.len(), 2);
        assert_eq!(codes(OfferList::After { id: made[0].0, limit: 1 }).await, ["plan-2"]);
        let off = PlanFields { is_active: Some(false), ..PlanFields::default() };
        world.does(UpdatePlan { plan: code("plan-3"), fields: off }).await;
        assert_eq!(codes(page(Some(hosting), Some(true))).await, ["plan-1"]);
        assert_eq!(codes(page(None, Some(false))).await, ["plan-3"]);
        let addons = world.billing.addons(&world.caller, page(Some(other), None), Some(AddonKind::Recurring)).await;
        assert_eq!(addons.expect("add-ons").value.len(), 1);
        let once = world.billing.addons(&world.caller, page(None, None), Some(AddonKind::OneTime)).await;
        assert!(once.expect("add-ons").value.is_empty());
        let products = world.billing.products(&world.caller, page(None, Some(true))).await.expect("products").value;
        assert_eq!(products.len(), 2);

        assert!(matches!(neighbour.tried(plan(other, "x", each("1"))).await, Err(Error::Missing { kind: "product", .. })));
        assert!(neighbour.billing.plan(&neighbour.caller, &code("plan-1")).await.is_err());
        assert!(neighbour.billing.shown(&neighbour.caller, made[0]).await.is_err());
        let entries = neighbour.billing.catalogue_entries(&neighbour.caller, vec![EntryRef::Id(made[0].0)]).await;
        assert_eq!(entries.expect("entries"), [None]);
        neighbour.does(plan(theirs, "plan-1", each("1"))).await;
        let found: Vec<AddonId> = {
            let list = OfferList::After { id: 0, limit: 10 };
            let found = neighbour.billing.addons(&neighbour.caller, list, None).await.expect("add-ons").value;
            found.into_iter().map(|view| view.addon.id).collect()
        };
        assert!(found.is_empty());
    }
}
