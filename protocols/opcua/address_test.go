package opcua_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/opcua"
)

func TestAddressesAreReadAndWrittenAlike(t *testing.T) {
	for text, want := range map[string]string{
		"ns=2;s=Boiler.Temperature": "", "ns=2;s=a;b=c": "", "i=2258": "", "ns=65535;i=4294967295": "", "s=x": "",
		"ns=0;i=85": "i=85", "nsu=urn:plc:app;s=x": "", "nsu=http://x/%3B%25;i=1": "",
		"ns=1;g=72962b91-fa75-4ae6-8d28-b404dc7daf63": "ns=1;g=72962B91-FA75-4AE6-8D28-B404DC7DAF63", "ns=1;b=AQI=": "",
		"ns=3;s=\"Data\".\"value\"": "",
	} {
		if want == "" {
			want = text
		}
		if got := address(t, text).String(); got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}

func TestWhatIsNoAddressIsRefusedWithWhatOneLooksLike(t *testing.T) {
	for _, text := range []string{
		"", "x", "ns=2", "ns=2;", "ns=2;s=", "ns=65536;i=1", "ns=-1;i=1", "i=4294967296", "i=x", "g=1", "b=!", "b=", "x=1", "nsu=;i=1",
		"nsu=urn:x", "ns=1;ns=2;i=1", strings.Repeat("s", 10_000),
	} {
		var a opcua.Address
		if err := a.UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), "ns=2;s=NAME") {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func FuzzAddress(f *testing.F) {
	for _, text := range []string{"ns=2;s=a;b", "nsu=urn:%3B;i=1", "g=72962B91-FA75-4AE6-8D28-B404DC7DAF63", "ns=1;b=AQI=", "i=1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var a, b opcua.Address
		if a.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := b.UnmarshalText([]byte(a.String())); err != nil || a != b {
			t.Errorf("%q is written %q, which is %q, %v", text, a, b, err)
		}
	})
}
