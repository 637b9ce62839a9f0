//! What the company offers to subscribers: a product with plans and add-ons in every pricing scheme, and coupons.

use crate::literal::{amount, some};
use billing::catalogue::ByCode;
use billing::catalogue::addons::{AddonFields, AskedPlans, CreateAddon};
use billing::catalogue::coupons::{AskedAddons, AskedDiscount, CouponFields, CreateCoupon, UpdateCoupon};
use billing::catalogue::plans::{CreatePlan, PlanFields};
use billing::catalogue::products::{CreateProduct, ProductFields};
use billing::{Cx, Error, Verb};
use domain::Refusal;
use domain::catalogue::{AddonKind, Bracket, CouponKind, IntervalUnit, PriceModel, PricingScheme};
use domain::id::ProductId;
use domain::money::{Currency, Decimal};

/// A price list: upper bounds, 0 for none, and prices in cents.
type List = (PricingScheme, &'static [(i64, i64)]);

const TEAM: List = (PricingScheme::Tier, &[(10, 2_900), (50, 2_400), (0, 1_900)]);
const STARTER: List = (PricingScheme::Unit, &[(0, 900)]);
const SITE: List = (PricingScheme::Flat, &[(0, 499_000)]);
const STORAGE: List = (PricingScheme::Volume, &[(100, 25), (1_000, 15), (0, 8)]);
const MAILBOXES: List = (PricingScheme::Package, &[(25, 1_500), (100, 4_900)]);
const ONBOARDING: List = (PricingScheme::Unit, &[(0, 95_000)]);

fn cents(cents: i64) -> Decimal {
    Decimal::from_parts(cents, 2_i64).expect("two decimals")
}

fn model((scheme, list): List) -> Result<PriceModel, Refusal> {
    let bracket = |(up_to, price): &(i64, i64)| {
        Bracket::new(Some(Decimal::from_whole(*up_to)).filter(|up_to| !up_to.is_zero()), cents(*price))
    };
    PriceModel::new(scheme, list.iter().map(bracket).collect(), Decimal::ZERO)
}

/// Puts the offers into the books. Prices are in US dollars, like the goods'.
pub(super) struct Offer;

impl Verb for Offer {
    type Outcome = ProductId;

    async fn run(&self, cx: &mut Cx<'_, '_>) -> Result<ProductId, Error> {
        let fields = ProductFields {
            name: some("Platform"),
            description: some("Sensors and what they tell, for teams and sites"),
            ..ProductFields::default()
        };
        let product = CreateProduct { fields }.run(cx).await?;
        self.plans(cx, product).await?;
        self.addons(cx, product).await?;
        self.coupons(cx, product).await?;
        Ok(product)
    }
}

impl Offer {
    async fn plans(&self, cx: &mut Cx<'_, '_>, product: ProductId) -> Result<(), Error> {
        let plan = |code: &str, name: &str, unit: &str, list: List| -> Result<PlanFields, Refusal> {
            Ok(PlanFields {
                code: some(code),
                name: some(name),
                unit: some(unit),
                currency: Some(Currency::USD),
                price: Some(model(list)?),
                interval: Some(1),
                ..PlanFields::default()
            })
        };
        let starter = PlanFields { trial_days: Some(14), ..plan("starter-monthly", "Starter", "seat", STARTER)? };
        let team = plan("team-monthly", "Team", "seat", TEAM)?;
        let site = PlanFields {
            interval_unit: Some(IntervalUnit::Years),
            setup_fee: Some(cents(150_000)),
            is_setup_fee_immediate: Some(true),
            billing_cycles: Some(Some(3)),
            ..plan("site-yearly", "Site licence", "site", SITE)?
        };
        for fields in [starter, team, site] {
            CreatePlan { product: Some(product), fields }.run(cx).await?;
        }
        Ok(())
    }

    async fn addons(&self, cx: &mut Cx<'_, '_>, product: ProductId) -> Result<(), Error> {
        let addon = |code: &str, name: &str, unit: &str, list: List| -> Result<AddonFields, Refusal> {
            Ok(AddonFields {
                code: some(code),
                name: some(name),
                unit: some(unit),
                currency: Some(Currency::USD),
                price: Some(model(list)?),
                ..AddonFields::default()
            })
        };
        let teams = AskedPlans::Select(vec![ByCode::Code("team-monthly".to_owned())]);
        let storage = addon("storage", "Storage", "GB", STORAGE)?;
        let mailboxes = AddonFields {
            interval_unit: Some(Some(IntervalUnit::Months)),
            plans: Some(teams),
            ..addon("mailboxes", "Mailboxes", "mailbox", MAILBOXES)?
        };
        let onboarding =
            AddonFields { kind: Some(AddonKind::OneTime), ..addon("onboarding", "Onboarding", "day", ONBOARDING)? };
        for fields in [storage, mailboxes, onboarding] {
            CreateAddon { product: Some(product), fields }.run(cx).await?;
        }
        Ok(())
    }

    async fn coupons(&self, cx: &mut Cx<'_, '_>, product: ProductId) -> Result<(), Error> {
        let percent = |number: &str| AskedDiscount::Percent(amount(number));
        let coupon = |code: &str, name: &str, kind, discount| CreateCoupon {
            product: Some(product),
            code: code.to_owned(),
            name: name.to_owned(),
            description: String::new(),
            kind,
            discount,
            max_redemptions: None,
            expires_on: None,
            plans: AskedPlans::All,
            addons: AskedAddons::None,
        };
        let fifty = AskedDiscount::Flat(amount("50"), Some(Currency::USD));
        let mut welcome = coupon("WELCOME20", "20 % off for three months", CouponKind::Duration(3), percent("20"));
        welcome.max_redemptions = Some(100);
        let mut spring = coupon("SPRING50", "50 off the first invoice", CouponKind::OneTime, fifty);
        spring.addons = AskedAddons::Recurring;
        let partner = coupon("PARTNER", "Partners pay 10 % less", CouponKind::Forever, percent("10"));
        for coupon in [welcome, spring, partner] {
            coupon.run(cx).await?;
        }
        let off = CouponFields { is_active: Some(false), ..CouponFields::default() };
        UpdateCoupon { coupon: ByCode::Code("SPRING50".to_owned()), fields: off }.run(cx).await?;
        Ok(())
    }
}
