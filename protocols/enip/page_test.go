package enip_test

import (
	"flag"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/enip"
)

var update = flag.Bool("update", false, "rewrite the page of the protocol")

func TestThePageTellsEveryKey(t *testing.T) { conformance.Page(t, enip.Component(), *update) }

func TestThePagesExampleWorks(t *testing.T) {
	site, err := kit.Parse("site: x\n" + conformance.Example(t, "enip"))
	if err != nil {
		t.Fatal(err)
	}
	if d := kit.Compile(t, &site.Devices[0]); len(d.Plans()) != 2 || d.Plans()[0].Steps() == 0 {
		t.Errorf("it reads nothing: %+v", d)
	}
}
