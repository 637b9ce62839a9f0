//! Reads a row's columns one after the other, so that a decoder lists them in the order of its SELECT.

use crate::{Error, Result, Row};
use domain::invoice::FxRate;
use domain::money::{Currency, Decimal};
use domain::party::{Address, Exemption, Terms};
use jiff::Timestamp;
use jiff::civil::Date;

pub(crate) struct Columns<'a, 'r> {
    row: &'a Row<'r>,
    next: usize,
}

impl<'a, 'r> Columns<'a, 'r> {
    pub(crate) fn of(row: &'a Row<'r>) -> Self {
        Self { row, next: 0 }
    }

    fn step(&mut self) -> usize {
        let at = self.next;
        self.next += 1;
        at
    }

    pub(crate) fn int(&mut self) -> Result<i64> {
        let at = self.step();
        self.row.int(at)
    }

    pub(crate) fn opt_int(&mut self) -> Result<Option<i64>> {
        let at = self.step();
        self.row.opt_int(at)
    }

    pub(crate) fn flag(&mut self) -> Result<bool> {
        Ok(self.int()? != 0)
    }

    pub(crate) fn text(&mut self) -> Result<String> {
        let at = self.step();
        self.row.text(at)
    }

    pub(crate) fn opt_text(&mut self) -> Result<Option<String>> {
        let at = self.step();
        self.row.opt_text(at)
    }

    pub(crate) fn date(&mut self) -> Result<Date> {
        let at = self.step();
        self.row.date(at)
    }

    pub(crate) fn opt_date(&mut self) -> Result<Option<Date>> {
        let at = self.step();
        self.row.opt_date(at)
    }

    pub(crate) fn instant(&mut self) -> Result<Timestamp> {
        let at = self.step();
        self.row.timestamp(at)
    }

    pub(crate) fn opt_instant(&mut self) -> Result<Option<Timestamp>> {
        let at = self.step();
        self.row.opt_timestamp(at)
    }

    /// A stored word of one of the domain's enums.
    pub(crate) fn word<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        let at = self.step();
        let text = self.row.text_ref(at)?;
        read(text).ok_or_else(|| self.fault(text))
    }

    pub(crate) fn opt_word<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        let at = self.step();
        self.row.opt_text_ref(at)?.map(|text| read(text).ok_or_else(|| self.fault(text))).transpose()
    }

    pub(crate) fn currency(&mut self) -> Result<Currency> {
        self.word(Currency::from_code)
    }

    pub(crate) fn decimal(&mut self) -> Result<Decimal> {
        let (mantissa, scale) = (self.int()?, self.int()?);
        self.to_decimal(mantissa, scale)
    }

    pub(crate) fn opt_decimal(&mut self) -> Result<Option<Decimal>> {
        match (self.opt_int()?, self.opt_int()?) {
            (Some(mantissa), Some(scale)) => self.to_decimal(mantissa, scale).map(Some),
            _ => Ok(None),
        }
    }

    fn to_decimal(&self, mantissa: i64, scale: i64) -> Result<Decimal> {
        u8::try_from(scale)
            .ok()
            .and_then(|scale| Decimal::from_parts(mantissa, scale))
            .ok_or_else(|| self.fault("a decimal"))
    }

    pub(crate) fn fx(&mut self) -> Result<Option<FxRate>> {
        let rate = self.opt_decimal()?;
        let (source, on) = (self.opt_text()?, self.opt_date()?);
        Ok(match (rate, source, on) {
            (Some(rate), Some(source), Some(on)) => Some(FxRate { rate, source, on }),
            _ => None,
        })
    }

    pub(crate) fn address(&mut self) -> Result<Address> {
        Ok(Address {
            attention: self.text()?,
            line1: self.text()?,
            line2: self.text()?,
            line3: self.text()?,
            city: self.text()?,
            state: self.text()?,
            postcode: self.text()?,
            country: self.text()?,
            phone: self.text()?,
            fax: self.text()?,
        })
    }

    pub(crate) fn terms(&mut self) -> Result<Terms> {
        Ok(Terms { id: self.opt_int()?.map(domain::id::TermsId), name: self.text()?, days: self.int()? })
    }

    pub(crate) fn exemption(&mut self) -> Result<Option<Exemption>> {
        let (code, reason) = (self.opt_text()?, self.opt_text()?);
        Ok(code.map(|code| Exemption { code, reason: reason.unwrap_or_default() }))
    }

    pub(crate) fn fault(&self, value: &str) -> Error {
        self.row.unexpected(self.next.saturating_sub(1), value)
    }
}

/// Binds an address in the order of [`Columns::address`].
pub(crate) fn bind_address<'a>(row: &mut Vec<crate::Value<'a>>, address: &'a Address) {
    for part in [
        &address.attention,
        &address.line1,
        &address.line2,
        &address.line3,
        &address.city,
        &address.state,
        &address.postcode,
        &address.country,
        &address.phone,
        &address.fax,
    ] {
        row.push(crate::Value::from(part.as_str()));
    }
}

/// Binds an exchange rate in the order of [`Columns::fx`].
pub(crate) fn bind_fx<'a>(row: &mut Vec<crate::Value<'a>>, fx: Option<&'a FxRate>) {
    use crate::Value;
    match fx {
        Some(fx) => row.extend([
            Value::from(fx.rate.mantissa()),
            Value::from(i64::from(fx.rate.scale())),
            Value::from(fx.source.as_str()),
            Value::from(fx.on),
        ]),
        None => row.extend([Value::Null, Value::Null, Value::Null, Value::Null]),
    }
}
