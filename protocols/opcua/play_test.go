package opcua_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/record"
	"github.com/holdfast-edge/holdfast/tag"
)

// watched returns a device with values of several kinds and one that the server does not have.
func watched(t testing.TB, endpoint string) *config.Device {
	t.Helper()
	return kit.Device(t, endpoint, "",
		`name: number, address: "ns=1;s=Number", type: int32, access: rw`,
		`name: flag, address: "ns=1;s=Flag", type: bool, access: rw`,
		`name: missing, address: "ns=1;s=Missing"`)
}

// played returns the endpoint of a recording that is played.
func played(address string) string {
	return "opc.tcp://" + address + "/?request_timeout=30s&connect_timeout=60s"
}

func TestARecordedSessionIsPlayedWithoutItsSecrets(t *testing.T) {
	s := sharedServer(t)
	t.Setenv("OPCUA_RIGHT", "s3cret")
	for name, options := range map[string]string{
		"unprotected": "", "with a password in the clear": "&user=edge&password=env:OPCUA_RIGHT",
		"encrypted": "&policy=Basic256Sha256&mode=SignAndEncrypt&trust=any&user=edge&password=env:OPCUA_RIGHT&pki=" + t.TempDir(),
	} {
		t.Run(name, func(t *testing.T) {
			conformance.Replay{
				Kit: kit, Address: s.address(), Turns: 2, Secret: "s3cret",
				Device: func(t testing.TB, address string) *config.Device {
					t.Helper()
					if address == s.address() {
						return watched(t, endpointOf(s, options+"&subscribe=false"))
					}
					return watched(t, played(address)+"&subscribe=false")
				},
				Day: func(w *conformance.Witness, _ bool) {
					for _, n := range []int64{5, 6} {
						w.Write("number", tag.IntOf(n))
						w.Scan()
					}
					w.Write("missing", tag.IntOf(1))
				},
			}.Run(t)
		})
	}
}

func TestARecordedSubscriptionIsPlayedInItsOrder(t *testing.T) {
	s := ownServer(t)
	tap := conformance.Recorder(t)
	c := watched(t, endpointOf(s, ""))
	session := kit.DialTapped(t, c, tap)
	first := listen(t, session, kit.Compile(t, c))
	for n := range int64(4) {
		s.set(t, "Number", float64(40+n))
		first.wantLatest(t, 0, tag.IntOf(40+n))
	}
	session.Close()
	tap.Stop()
	file := conformance.File(t, tap, c)
	for _, speed := range []float64{0, 1} {
		c = watched(t, played(kit.Play(t, file, record.Options{Speed: speed})))
		second := listen(t, kit.Dial(t, c), kit.Compile(t, c))
		second.wantLatest(t, 0, tag.IntOf(43))
		got, want := second.all(0), first.all(0)
		if len(got) != len(want) {
			t.Fatalf("at speed %v %d values were played, of %d", speed, len(got), len(want))
		}
		for i := range want {
			if !got[i].Equal(want[i]) {
				t.Errorf("at speed %v value %d is %s, was %s", speed, i, tag.AppendJSON(nil, got[i]), tag.AppendJSON(nil, want[i]))
			}
		}
	}
}

func TestACutConnectionIsPlayedAsOne(t *testing.T) {
	s := sharedServer(t)
	line := newRelay(t, s.address())
	tap := conformance.Recorder(t)
	c := watched(t, "opc.tcp://"+line.Address()+"/?request_timeout=30s&connect_timeout=60s&subscribe=false")
	session := kit.DialTapped(t, c, tap)
	if _, err := conformance.Scan(t, session, kit.Compile(t, c), 3); err != nil {
		t.Fatal(err)
	}
	line.Cut()
	conformance.Eventually(t, "the cut is told", func() bool {
		r, _ := tap.Recording()
		return r.Frames[len(r.Frames)-1].Note == protocols.Cut
	})
	tap.Stop()
	c = watched(t, played(kit.Play(t, conformance.File(t, tap, c), record.Options{}))+"&subscribe=false")
	session, d := kit.Dial(t, c), kit.Compile(t, c)
	if _, err := conformance.Scan(t, session, d, 3); err != nil {
		t.Fatal(err)
	}
	conformance.Eventually(t, "the connection is cut", func() bool {
		_, err := conformance.Scan(t, session, d, 3)
		return err != nil && protocols.FaultOf(err).Scope == protocols.ScopeSession
	})
}
