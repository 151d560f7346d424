package server_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestABadValueReadsAsAnExceptionOrAsItsSubstitute(t *testing.T) {
	p, _, port := serve(t, "tcp")
	p.set("boiler.temperature", tag.FloatOf(21.5).WithQuality(tag.BadTimeout))
	p.set("boiler.level", tag.NullOf(tag.BadTimeout))
	p.set("boiler.count", tag.IntOf(-1)) // what does not fit is not shown either
	c := pymodbus(t, "tcp", port)
	c.want("exception:4", "read", "input", 1, 0, 2)
	c.want("exception:4", "read", "input", 1, 0, 3)
	c.want("values:[55546]", "read", "input", 1, 2, 1) // -999 by 0.1
	c.want("values:[0]", "read", "discrete", 1, 0, 1)
	c.want("values:[8]", "read", "input", 1, 9, 1)
	c.want("exception:4", "read", "input", 1, 3, 2)
}

func TestWhatIsNotShownIsRefused(t *testing.T) {
	p, _, port := serve(t, "tcp")
	c := pymodbus(t, "tcp", port)
	c.want("exception:2", "read", "input", 1, 5, 1)                   // nothing stands there
	c.want("exception:2", "read", "holding", 1, 0, 10)                // nor behind the last
	c.want("exception:10", "read", "input", 9, 0, 1)                  // no such unit
	c.want("exception:2", "write", "holding", 1, 3, []int{1, 2})      // not to be written
	c.want("exception:2", "write", "holding", 1, 1, []int{1})         // half a value
	c.want("exception:2", "write", "holding", 1, 0, []int{1, 2})      // one and a half: nothing is written
	c.want("exception:2", "write", "coil", 1, 5, []bool{true})        // nothing stands there
	c.want("exception:3", "write", "holding", 1, 1, []int{0x7FC0, 0}) // not a number
	if got := p.writes(); got != "" {
		t.Errorf("written: %s", got)
	}
}

func TestAClientHearsWhatBecameOfItsWrite(t *testing.T) {
	p, s, port := serve(t, "tcp")
	c := pymodbus(t, "tcp", port)
	for _, o := range []struct {
		err  error
		want int
	}{
		{&protocols.Refusal{Err: errors.New("above the most allowed")}, 3},
		{&protocols.Fault{Err: errors.New("the device is stopped")}, 4},
		{&protocols.Fault{Sent: true, Err: errors.New("no answer")}, 11},
	} {
		p.refuse(o.err)
		c.want(fmt.Sprintf("exception:%d", o.want), "write", "holding", 1, 0, []int{42})
	}
	if stats := s.Stats(); stats.Refused != 3 || stats.Writes != 0 {
		t.Errorf("%+v", stats)
	}
	p, s, port = serveWaiting(t, "127.0.0.1:0", "tcp", 50*time.Millisecond)
	p.refuse(context.DeadlineExceeded)
	pymodbus(t, "tcp", port).want("exception:5", "write", "holding", 1, 0, []int{42})
	if stats := s.Stats(); stats.Refused != 1 || stats.Writes != 0 {
		t.Errorf("%+v", stats)
	}
}

func TestMbpollReadsAndWrites(t *testing.T) {
	if testing.Short() {
		t.Skip("short mode starts no other programs")
	}
	mbpoll, err := exec.LookPath("mbpoll")
	if err != nil {
		t.Skip("mbpoll is not installed: run make deps")
	}
	p, _, port := serve(t, "tcp")
	call := func(args ...string) string {
		out, _ := exec.CommandContext(t.Context(), mbpoll, append([]string{"-m", "tcp", "-p", port, "-0", "-1", "-q", "-a", "1", "-o", "10"}, args...)...).CombinedOutput()
		return string(out)
	}
	if out := call("-t", "3:float", "-B", "-r", "0", "127.0.0.1"); !strings.Contains(out, "21.5") {
		t.Errorf("it reads %s", out)
	}
	if out := call("-t", "4", "-r", "0", "127.0.0.1", "99"); !strings.Contains(out, "Written 1") || p.writes() != "valve=99" {
		t.Errorf("it writes %s: %s", p.writes(), out)
	}
	p.refuse(&protocols.Refusal{Err: errors.New("no")})
	if out := call("-t", "4", "-r", "0", "127.0.0.1", "98"); !strings.Contains(out, "Illegal data value") {
		t.Errorf("refused: %s", out)
	}
}
