package mqttd

import (
	"strings"
	"testing"
	"time"
)

func TestWhatIsRetainedIsTheLastThatWasAnnouncedAndHasNotFailed(t *testing.T) {
	messages := map[string]*message{}
	for _, payload := range []string{"0", "1", "2", ""} {
		messages[payload] = &message{topic: "t", payload: []byte(payload), retain: true}
	}
	for _, c := range []struct{ script, coming, kept string }{
		{"a1 k1", "1", "1"},
		{"a1 f1", "1", "0"},
		{"a1 a2 f2", "2", "1"},
		{"a1 a2 f2 k1", "2", "1"},
		{"a1 a2 f1 k2", "2", "2"},
		{"a1 a2 k2 k1", "2", "2"},
		{"a1 r2 k1", "2", "2"},
		{"a k", "", ""},
		{"a f", "", "0"},
	} {
		r := newRetained(1)
		r.replace(messages["0"])
		coming := ""
		for step := range strings.FieldsSeq(c.script) {
			m := messages[step[1:]]
			switch step[0] {
			case 'a':
				r.announce(m)
				coming = payloadUnder(r)
			case 'r':
				r.replace(m)
				coming = payloadUnder(r)
			default:
				r.settle(m, step[0] == 'k')
			}
		}
		if kept := payloadUnder(r); coming != c.coming || kept != c.kept {
			t.Errorf("%s: found %q meanwhile and %q in the end", c.script, coming, kept)
		}
	}
}

// payloadUnder is what a subscriber finds, empty where there is nothing.
func payloadUnder(r *retained) string {
	for _, m := range r.under("+", time.Now()) {
		return string(m.payload)
	}
	return ""
}
