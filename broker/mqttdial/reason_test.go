package mqttdial_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/broker/mqttdial"
)

func TestARefusalOfEitherVersionSaysWhatToDo(t *testing.T) {
	for old, says := range map[byte]string{1: "choose the other version", 2: "client_id", 3: "server unavailable", 4: "password", 5: "access list"} {
		code := mqttdial.Modern(old)
		if r := mqttdial.ReasonOf(code); code < mqttdial.Refused || !strings.Contains(r.Refusal(code, ""), says) || r.Opening != (old != 3) {
			t.Errorf("%d: %s, hopeless: %v", old, r.Refusal(code, ""), r.Opening)
		}
	}
	if got := mqttdial.Modern(0x8A); got != 0x8A {
		t.Errorf("a code of MQTT 5 becomes %#x", got)
	}
}

func TestEveryCodeThatSaysNoHasWordsAndWhatTheBrokerSaidIsQuoted(t *testing.T) {
	for _, code := range []byte{
		0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x91, 0x93, 0x94, 0x95, 0x96,
		0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA2,
	} {
		if r := mqttdial.ReasonOf(code); r.Name == "unknown reason" {
			t.Errorf("%#x has none", code)
		}
	}
	text := mqttdial.ReasonOf(0x97).Refusal(0x97, "come\nback "+strings.Repeat("x", 300))
	if !strings.HasPrefix(text, `refused with 0x97 quota exceeded ("come\nback xx`) || len(text) > 300 {
		t.Error(text)
	}
}
