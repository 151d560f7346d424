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
