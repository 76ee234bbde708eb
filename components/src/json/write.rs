//! `json/Write`: JSON text of values.

use millstream_component::prelude::*;

/// Writes each packet as JSON.
///
/// # Shape
///
/// A text for each packet. Fields stand in the order of the record. Bytes become `{"$bytes": "…"}` in base64, which
/// `json/Read` turns back into bytes.
///
/// # Errors
///
/// JSON has no opaque values and no numbers that are not finite: those are failures of their packet.
#[component(name = "json/Write", operator, examples = examples)]
#[derive(Debug)]
pub(crate) struct Write {
    /// Any value.
    #[input(name = "in")]
    input: In<Value>,
    /// Its JSON.
    #[output]
    out: Out<Text>,
    #[config]
    config: Config<WriteSettings>,
}

/// Settings of [`Write`].
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WriteSettings {
    /// Whether to write over several lines, indented by two blanks, instead of one line without blanks.
    #[serde(default)]
    #[schemars(extend("hot" = true))]
    pretty: bool,
}

impl Operator for Write {
    fn process(&mut self, value: Value) -> Result<(), Failure> {
        let json = if self.config.pretty {
            value.to_json_pretty()?
        } else {
            value.to_json()?
        };
        self.out.emit(json);
        Ok(())
    }
}

fn examples() -> Vec<Example> {
    let record = Record::from_iter([
        ("name", Value::from("Ada")),
        (
            "tags",
            Value::list(vec![1_i64.into(), 1.0.into(), Value::NULL]),
        ),
    ]);
    vec![
        Example::new("Compact, one line")
            .input("in", [Value::from(record.clone()), "a \"b\"".into()])
            .output(
                "out",
                [r#"{"name":"Ada","tags":[1,1.0,null]}"#, r#""a \"b\"""#],
            ),
        Example::new("For people")
            .iip("pretty", true)
            .input("in", [record])
            .output(
                "out",
                ["{\n  \"name\": \"Ada\",\n  \"tags\": [\n    1,\n    1.0,\n    null\n  ]\n}"],
            ),
        Example::new("A number that JSON does not have")
            .input("in", [f64::NAN])
            .failure("the number NaN cannot be written"),
    ]
}

contract!(Write);

#[cfg(test)]
mod tests {
    use super::*;
    use millstream_component::testing::Bench;

    #[tokio::test]
    async fn opaque_values_are_refused() {
        let opaque = Value::opaque(std::time::Duration::ZERO);
        let outcome = Bench::of::<Write>().input("in", [opaque]).run().await;
        let failure = outcome.result.unwrap_err().to_string();
        assert!(failure.contains("cannot leave the process"), "{failure}");
    }

    #[tokio::test]
    async fn bytes_come_back() {
        let bytes = Value::from(&b"\x00\xFF"[..]);
        let outcome = Bench::of::<Write>()
            .input("in", [bytes.clone()])
            .run()
            .await;
        let json = outcome.outputs["out"][0]
            .value()
            .unwrap()
            .as_text()
            .unwrap();
        assert_eq!(Value::from_json(json.as_bytes()).unwrap(), bytes);
    }
}
