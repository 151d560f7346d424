package uplink

import (
	"slices"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

func TestAWelcomeLateInASessionKeepsTheCertificateThatWasRenewedMeanwhile(t *testing.T) {
	env := Env{Dir: t.TempDir(), Now: time.Now, Status: &Status{}}
	began := enrol.Credentials{Site: "plant-7", Addresses: []string{"one:1"}, Certificate: []byte("old")}
	renewed := began
	renewed.Certificate = []byte("new")
	if err := renewed.Save(env.Dir); err != nil {
		t.Fatal(err)
	}
	c := control{env: env}
	c.remember(welcomed{&connection{credentials: began}, &wire.Welcome{Addresses: []string{"two:1"}}})
	kept, err := enrol.Load(env.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if string(kept.Certificate) != "new" || !slices.Equal(kept.Addresses, []string{"two:1", "one:1"}) {
		t.Errorf("kept are the certificate %q and the addresses %v", kept.Certificate, kept.Addresses)
	}
}

// telling is a plant that reports a phase.
type telling struct {
	Plant
	phase string
}

func (p *telling) Reported() *wire.Reported { return &wire.Reported{Phase: p.phase} }

func TestWhatChangesBetweenHelloAndWelcomeIsTold(t *testing.T) {
	plant := &telling{phase: "gating"}
	c := control{env: Env{Plant: plant}}
	c.connection = newConnection(c.env, nil, enrol.Credentials{}, "one:1") // it has said hello
	plant.phase = "reverted"
	c.changed()
	if n := len(c.connection.out); n != 0 {
		t.Fatalf("%d messages before the welcome", n)
	}
	c.connected = true
	c.report()
	c.report() // nothing has changed since
	if n := len(c.connection.out); n != 1 {
		t.Fatalf("%d messages behind the welcome", n)
	}
	if told := (<-c.connection.out).GetReported().GetPhase(); told != "reverted" {
		t.Errorf("told is %q", told)
	}
}
