package remotewrite

import (
	"math"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"pgregory.net/rapid"
)

func TestAnotherDecoderReadsWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-z_]{1,200}`)
		labels := []label{{text.Draw(t, "a"), text.Draw(t, "b")}, {text.Draw(t, "c"), text.Draw(t, "d")}}
		s := series{labels: appendLabels(nil, labels)}
		for range rapid.IntRange(1, 5).Draw(t, "samples") {
			s.samples = append(s.samples, sample{rapid.Float64().Draw(t, "value"), rapid.Int64().Draw(t, "ms")})
		}
		got := read(t, s.append(nil))
		if len(got.labels) != len(labels) || got.labels[0] != labels[0] || got.labels[1] != labels[1] || len(got.samples) != len(s.samples) {
			t.Fatalf("%+v", got)
		}
		for i, want := range s.samples {
			if got := got.samples[i]; math.Float64bits(got.value) != math.Float64bits(want.value) || got.ms != want.ms {
				t.Fatalf("%+v, want %+v", got, want)
			}
		}
	})
}

type decoded struct {
	labels  []label
	samples []sample
}

// read decodes one series with the protobuf library.
func read(t *rapid.T, message []byte) (d decoded) {
	field := func(b []byte) (protowire.Number, []byte, []byte) {
		number, _, n := protowire.ConsumeTag(b)
		value, m := protowire.ConsumeBytes(b[max(n, 0):])
		if n < 0 || m < 0 {
			t.Fatal("damaged")
		}
		return number, value, b[n+m:]
	}
	_, one, rest := field(message)
	if len(rest) > 0 {
		t.Fatal("more than a series")
	}
	for len(one) > 0 {
		var number protowire.Number
		var value []byte
		number, value, one = field(one)
		if number == 1 {
			_, name, rest := field(value)
			_, text, _ := field(rest)
			d.labels = append(d.labels, label{string(name), string(text)})
			continue
		}
		_, _, n := protowire.ConsumeTag(value)
		bits, m := protowire.ConsumeFixed64(value[n:])
		_, _, k := protowire.ConsumeTag(value[n+m:])
		ms, _ := protowire.ConsumeVarint(value[n+m+k:])
		d.samples = append(d.samples, sample{math.Float64frombits(bits), int64(ms)})
	}
	return d
}

func TestNamesBecomeLegal(t *testing.T) {
	for text, want := range map[string]string{"a.b c": "a_b_c", "1x": "_1x", "": "_", "job:x": "job:x", "°C": "_C"} {
		if got := metricName(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
