package ports_test

import (
	"net"
	"testing"

	"github.com/holdfast-edge/holdfast/internal/ports"
)

func TestAPortThatIsHeldIsGivenToNobodyElse(t *testing.T) {
	given := map[int]bool{}
	for range 200 {
		p := ports.Free(t)
		if given[p.Number()] {
			t.Fatalf("%d was given twice", p.Number())
		}
		given[p.Number()] = true
	}
}

func TestAPortThatIsTakenCanBeListenedOnAgainAndAgain(t *testing.T) {
	p := ports.Free(t)
	for range 3 {
		l, err := net.Listen("tcp", p.Address())
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", p.Address())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		_ = l.Close()
	}
}

func TestAPortIsAboveThoseOfServicesAndBelowThoseOfConnections(t *testing.T) {
	if n := ports.Free(t).Number(); n < 20000 || n > 32767 {
		t.Errorf("got %d", n)
	}
}
