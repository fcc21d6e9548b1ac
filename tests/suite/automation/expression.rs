//! The expressions of GitHub's workflows, in as much as ours use them.

use serde_json::Value;

/// What expressions see.
pub(super) struct Scope<'a> {
    /// `inputs`, `github`, `steps` and the like.
    pub(super) contexts: &'a Value,
    /// Whether an earlier step failed.
    pub(super) failed: bool,
}

impl Scope<'_> {
    /// A text with every `${{ }}` in it filled in.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, inside)) = rest.split_once("${{") {
            let (expression, after) = inside.split_once("}}").unwrap();
            out += before;
            out += &text_of(&self.value(expression));
            rest = after;
        }
        out + rest
    }

    /// Whether a step with this condition runs.
    pub(super) fn holds(&self, condition: Option<&str>) -> bool {
        let Some(condition) = condition else { return !self.failed };
        let asks = ["always()", "failure()", "cancelled()", "success()"];
        // Without a word on it a step waits for the success of those before it.
        let implied = !asks.iter().any(|name| condition.contains(name));
        (!implied || !self.failed) && truth(&self.value(condition))
    }

    fn value(&self, expression: &str) -> Value {
        let mut reader = Reader { rest: expression, scope: self };
        let value = reader.either();
        assert_eq!(reader.rest.trim(), "", "in {expression}");
        value
    }
}

fn truth(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && value.as_str() != Some("")
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

struct Reader<'a> {
    rest: &'a str,
    scope: &'a Scope<'a>,
}

impl Reader<'_> {
    fn takes(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start();
        let found = rest.strip_prefix(token);
        self.rest = found.unwrap_or(rest);
        found.is_some()
    }

    fn either(&mut self) -> Value {
        let mut value = self.both();
        while self.takes("||") {
            let other = self.both();
            value = if truth(&value) { value } else { other };
        }
        value
    }

    fn both(&mut self) -> Value {
        let mut value = self.compared();
        while self.takes("&&") {
            let other = self.compared();
            value = if truth(&value) { other } else { value };
        }
        value
    }

    fn compared(&mut self) -> Value {
        let value = self.single();
        if self.takes("==") {
            return Value::Bool(text_of(&value) == text_of(&self.single()));
        }
        if self.takes("!=") {
            return Value::Bool(text_of(&value) != text_of(&self.single()));
        }
        value
    }

    fn single(&mut self) -> Value {
        if self.takes("'") {
            let (text, rest) = self.rest.split_once('\'').unwrap();
            self.rest = rest;
            return Value::String(text.to_owned());
        }
        if self.takes("(") {
            let value = self.either();
            assert!(self.takes(")"), "{}", self.rest);
            return value;
        }
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || "._-".contains(c)));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        assert!(!name.is_empty(), "{}", self.rest);
        self.rest = rest;
        if self.takes("()") {
            return Value::Bool(match name {
                "always" => true,
                "success" => !self.scope.failed,
                "failure" => self.scope.failed,
                other => panic!("no function {other}"),
            });
        }
        name.split('.').fold(self.scope.contexts.clone(), |value, part| value[part].clone())
    }
}

#[test]
fn expressions_mean_what_they_mean_on_github() {
    let contexts =
        serde_json::json!({"inputs": {"a-b": "x", "none": ""}, "github": {"event": {"before": "1f"}}});
    let scope = Scope { contexts: &contexts, failed: false };
    assert_eq!(scope.fill("${{ inputs.a-b }}-${{ github.event.gone.too || github.event.before }}"), "x-1f");
    assert!(scope.holds(Some("inputs.a-b == 'x' && (inputs.none != '' || github.event.before == '1f')")));
    assert!(!scope.holds(Some("inputs.none != '' && inputs.a-b == 'x'")));
    let failed = Scope { failed: true, ..scope };
    assert!(
        !failed.holds(None) && !failed.holds(Some("inputs.a-b == 'x'")) && failed.holds(Some("always()"))
    );
}
