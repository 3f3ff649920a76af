//! One tx of either database: statements in, rows out.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use koina_model::ids::{DeviceId, DocId, Time};

use super::LogError;

/// What a tx may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Reads one state of the database, whatever others write meanwhile.
    Read,
    /// Writes one row that no chain and no running number depends on.
    Note,
    /// Writes alone: nobody else writes the log, a register or the audit until it is over.
    Write,
}

/// A tx that has begun.
pub(super) trait Tx: Send {
    /// Runs one statement and gives back its rows.
    fn rows(
        &mut self,
        sql: &'static str,
        values: &[Value],
    ) -> impl Future<Output = Result<Vec<Row>, LogError>> + Send;

    /// Runs one statement for its first row.
    fn row(
        &mut self,
        sql: &'static str,
        values: &[Value],
    ) -> impl Future<Output = Result<Option<Row>, LogError>> + Send {
        let rows = self.rows(sql, values);
        async move { Ok(rows.await?.into_iter().next()) }
    }

    /// Runs one statement for the number in its only row.
    fn number(
        &mut self,
        sql: &'static str,
        values: &[Value],
    ) -> impl Future<Output = Result<i64, LogError>> + Send {
        let row = self.row(sql, values);
        async move { row.await?.ok_or(LogError::Row { what: "a number" })?.int(0) }
    }
}

/// Drives work that never waits, as all work on SQLite.
pub(super) fn at_once<T>(work: impl Future<Output = Result<T, LogError>>) -> Result<T, LogError> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(LogError::CutOff),
    }
}

/// A value as both databases store it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// A row as both databases give it.
#[derive(Clone, Debug)]
pub(super) struct Row(pub(super) Vec<Value>);

impl Row {
    pub(super) fn int_or_none(&self, column: usize) -> Result<Option<i64>, LogError> {
        match self.0.get(column) {
            Some(Value::Int(value)) => Ok(*value),
            Some(Value::Text(None) | Value::Bytes(None)) => Ok(None),
            _ => Err(LogError::Row { what: "a number" }),
        }
    }

    pub(super) fn int(&self, column: usize) -> Result<i64, LogError> {
        self.int_or_none(column)?
            .ok_or(LogError::Row { what: "a number" })
    }

    pub(super) fn place(&self, column: usize) -> Result<u64, LogError> {
        u64::try_from(self.int(column)?).map_err(|_| LogError::Row { what: "a place" })
    }

    pub(super) fn count(&self, column: usize) -> Result<u32, LogError> {
        Ok(u32::try_from(self.int(column)?).unwrap_or(u32::MAX))
    }

    pub(super) fn time(&self, column: usize) -> Result<Time, LogError> {
        self.int(column).map(Time)
    }

    pub(super) fn text_or_none(&self, column: usize) -> Result<Option<String>, LogError> {
        match self.0.get(column) {
            Some(Value::Text(value)) => Ok(value.clone()),
            Some(Value::Int(None) | Value::Bytes(None)) => Ok(None),
            _ => Err(LogError::Row { what: "a text" }),
        }
    }

    pub(super) fn text(&self, column: usize) -> Result<String, LogError> {
        self.text_or_none(column)?
            .ok_or(LogError::Row { what: "a text" })
    }

    pub(super) fn bytes_or_none(&self, column: usize) -> Result<Option<&[u8]>, LogError> {
        match self.0.get(column) {
            Some(Value::Bytes(value)) => Ok(value.as_deref()),
            Some(Value::Int(None) | Value::Text(None)) => Ok(None),
            _ => Err(LogError::Row { what: "bytes" }),
        }
    }

    pub(super) fn bytes(&self, column: usize) -> Result<&[u8], LogError> {
        self.bytes_or_none(column)?
            .ok_or(LogError::Row { what: "bytes" })
    }

    pub(super) fn hash(&self, column: usize) -> Result<[u8; 32], LogError> {
        self.bytes(column)?
            .try_into()
            .map_err(|_| LogError::Row { what: "a hash" })
    }

    pub(super) fn doc(&self, column: usize) -> Result<DocId, LogError> {
        DocId::from_slice(self.bytes(column)?).ok_or(LogError::Row { what: "an id" })
    }

    pub(super) fn device_or_none(&self, column: usize) -> Result<Option<DeviceId>, LogError> {
        match self.bytes_or_none(column)? {
            None => Ok(None),
            Some(bytes) => DeviceId::from_slice(bytes)
                .map(Some)
                .ok_or(LogError::Row { what: "an id" }),
        }
    }

    pub(super) fn json<T: serde::de::DeserializeOwned>(
        &self,
        column: usize,
    ) -> Result<T, LogError> {
        serde_json::from_str(&self.text(column)?).map_err(|_| LogError::Row { what: "JSON" })
    }
}

/// A place or counter as a stored number.
pub(super) fn stored(place: u64) -> Result<i64, LogError> {
    i64::try_from(place).map_err(|_| LogError::Row { what: "a place" })
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

impl From<Time> for Value {
    fn from(value: Time) -> Self {
        Self::Int(Some(value.0))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}

impl From<DocId> for Value {
    fn from(value: DocId) -> Self {
        Self::from(*value.as_bytes())
    }
}

impl From<DeviceId> for Value {
    fn from(value: DeviceId) -> Self {
        Self::from(*value.as_bytes())
    }
}

impl From<Option<DeviceId>> for Value {
    fn from(value: Option<DeviceId>) -> Self {
        Self::Bytes(value.map(|id| id.as_bytes().to_vec()))
    }
}
