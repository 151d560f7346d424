package acceptance

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/s7/plc"
)

func TestAPressIsReadWrittenBrowsedAndFollowedThroughAnOutage(t *testing.T) {
	o := plc.Standard(slog.New(slog.DiscardHandler))
	o.TSAPs = []pdu.TSAP{0x0102}
	p, err := plc.Listen(t.Context(), "127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	p.Define(10, 12)
	p.Set(pdu.DB, 10, 4, 0x41, 0xAD, 0x99, 0x9A)
	e := start(t, nil, "edge", "-c", site(t, fmt.Sprintf(`
site: hall
console: {listen: "127.0.0.1:0"}
devices:
  - name: press
    driver: s7
    endpoint: tcp://%s?slot=2&connect_timeout=1m
    timeout: 1m
    groups:
      - name: main
        scan: 50ms
        tags:
          - {name: pressure, address: DB10.DBD4, type: real, unit: bar}
          - {name: release,  address: DB10.DBX0.3, access: rw}
          - {name: missing,  address: DB11.DBW0}
`, p.Address())), "--data", t.TempDir())
	wantPressure := func(want float64) {
		t.Helper()
		until(t, fmt.Sprintf("a pressure of %v bar", want), func() error {
			v, err := e.tag("press", "pressure")
			if err == nil && (v.Value != want || v.Quality != "Good") {
				err = fmt.Errorf("it is %v (%s)", v.Value, v.Quality)
			}
			return err
		})
	}
	wantPressure(21.7)
	e.awaitQuality("press", "missing", "Bad")
	until(t, "the log to say what is missing", func() error {
		if said := e.logs.String(); !strings.Contains(said, "DB11 does not exist") {
			return fmt.Errorf("it says\n%s", said)
		}
		return nil
	})

	status, answer := e.put("/api/v1/devices/press/tags/release", map[string]any{"value": true})
	if held := p.Octets(pdu.DB, 10, 0, 1)[0]; status != 200 || !strings.Contains(string(answer), "verified") || held != 1<<3 {
		t.Errorf("%d %s, the octet is %02x", status, answer, held)
	}
	if code, said := e.holdfast("browse", "press"); code != 0 || !strings.Contains(said, "6ES7 315-2EH14-0AB0") || !strings.Contains(said, "DB10") {
		t.Errorf("%d\n%s", code, said)
	}
	if code, said := e.holdfast("browse", "press", "DB10"); code != 0 || !strings.Contains(said, "DB10.DBW10") {
		t.Errorf("%d\n%s", code, said)
	}

	p.Break(faulty.Unreached)
	e.awaitQuality("press", "pressure", "Bad")
	p.Set(pdu.DB, 10, 4, 0x41, 0xF0, 0, 0)
	p.Break(0)
	wantPressure(30)
}
