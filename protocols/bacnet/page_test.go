package bacnet_test

import (
	"flag"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/bacnet"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
)

var update = flag.Bool("update", false, "rewrite the page of the protocol")

func TestThePageTellsEveryKey(t *testing.T) { conformance.Page(t, bacnet.Component(), *update) }

func TestThePagesExampleWorks(t *testing.T) { kit.ExampleWorks(t) }
