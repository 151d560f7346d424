package config_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

func TestDevicesOfOneKindKeepTheirTagsOnceAndAreWrittenInFull(t *testing.T) {
	var text strings.Builder
	text.WriteString("site: a\ndevices:\n")
	for i := range 3 {
		fmt.Fprintf(&text, "  - {name: d%d, driver: modbus, endpoint: 'tcp://h:%d', groups: [{name: g, tags: [{name: t, address: 'holding:1', type: int16, max: %d}]}]}\n", i, i+1, i/2)
	}
	site := parse(t, "site.yaml", text.String())
	first, second, other := &site.Devices[0].Groups[0].Tags[0], &site.Devices[1].Groups[0].Tags[0], &site.Devices[2].Groups[0].Tags[0]
	if first != second {
		t.Error("two devices of one kind keep their tags twice")
	}
	if first == other || *other.Max != 1 {
		t.Error("a device of another kind has the tags of the first")
	}
	written := config.Canonical(site, testCatalog(t))
	if again := config.Canonical(parse(t, "again.json", string(written)), testCatalog(t)); !bytes.Equal(again, written) {
		t.Errorf("read back it is\n%s\nwant\n%s", again, written)
	}
	if n := strings.Count(string(written), `"max":0`); n != 2 {
		t.Errorf("the tags of %d devices are written, want 2 in\n%s", n, written)
	}
}
