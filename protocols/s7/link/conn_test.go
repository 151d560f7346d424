package link_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/s7/link"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
)

// far is the other end of a connection, played by the test.
type far struct {
	t    *testing.T
	conn net.Conn
	in   *tpkt.Reader
}

func (f *far) frame() tpkt.TPDU {
	f.t.Helper()
	t, err := f.in.Next()
	if err != nil {
		f.t.Fatal(err)
	}
	return t
}

// job receives a job.
func (f *far) job() pdu.PDU {
	f.t.Helper()
	p, err := pdu.Parse(f.frame().Data)
	if err != nil {
		f.t.Fatal(err)
	}
	return p
}

func (f *far) send(octets ...byte) {
	f.t.Helper()
	if _, err := f.conn.Write(octets); err != nil {
		f.t.Fatal(err)
	}
}

func (f *far) sendPDU(p []byte) {
	f.t.Helper()
	f.send(tpkt.AppendData(nil, p, 1024)...)
}

// confirm confirms the connection.
func (f *far) confirm() {
	f.t.Helper()
	r := f.frame()
	f.send(tpkt.AppendConnect(nil, r.Reference, tpkt.TPDU{Code: tpkt.ConnectConfirm, Reference: 9, Calling: r.Calling, Called: r.Called, Size: 1024})...)
}

// agree answers the setup.
func (f *far) agree(t pdu.Terms) {
	f.t.Helper()
	f.sendPDU(pdu.AppendSetup(nil, pdu.AckData, f.job().Reference, t))
}

// answer answers a read of one octet.
func (f *far) answer(job pdu.PDU, octet byte) {
	f.t.Helper()
	f.sendPDU(pdu.AppendReadAnswer(nil, job.Reference, []pdu.Item{{}}, []pdu.Outcome{{Return: pdu.OK, Octets: []byte{octet}}}))
}

// open opens a connection to a far end that does as it is told; both are over when the test is.
func open(t *testing.T, ctx context.Context, play func(f *far)) (*link.Conn, error) { //nolint:revive // the test comes first
	t.Helper()
	near, other := net.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		play(&far{t, other, tpkt.NewReader(other, 1<<16)})
	}()
	c, err := link.Open(ctx, near, link.Options{Local: 0x0100, Remote: 0x0102, PDU: 480, Jobs: 4})
	t.Cleanup(func() {
		if c != nil {
			c.Close()
		}
		<-ended
		other.Close()
	})
	return c, err
}

func agreed(f *far) {
	f.confirm()
	f.agree(pdu.Terms{Calling: 2, Called: 3, PDU: 240})
}

func calls(n int) []link.Call {
	all := make([]link.Call, n)
	for i := range all {
		all[i].Request = pdu.AppendRead(nil, pdu.Item{Area: pdu.Markers, Start: i, Count: 1})
	}
	return all
}

// octet returns what a call was answered with.
func octet(t *testing.T, c *link.Call) byte {
	t.Helper()
	items, err := pdu.ParseRead(c.Answer, 1)
	if err != nil {
		t.Fatal(err)
	}
	_, octets, err := items.Next()
	if err != nil {
		t.Fatal(err)
	}
	return octets[0]
}

func TestTermsAreTheLowestOfBothEnds(t *testing.T) {
	c, err := open(t, t.Context(), func(f *far) {
		r := f.frame()
		if string(r.Calling) != "\x01\x00" || string(r.Called) != "\x01\x02" || r.Size != 1024 {
			t.Errorf("the connect request is %+v", r)
		}
		f.send(tpkt.AppendConnect(nil, 1, tpkt.TPDU{Code: tpkt.ConnectConfirm, Reference: 9, Calling: r.Calling, Called: r.Called, Size: 1024})...)
		f.agree(pdu.Terms{Calling: 3, Called: 8, PDU: 960})
	})
	if err != nil || c.PDU() != 480 || c.Jobs() != 3 {
		t.Fatalf("%v", err)
	}
}

func TestAConnectionThatDoesNotComeAboutSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		play func(f *far)
		want error
		says string
	}{
		"refused":       {func(f *far) { f.frame(); f.send(tpkt.AppendDisconnect(nil, 1, 3)...) }, link.ErrTSAP, "to TSAP 01.02: reason 3"},
		"hung up":       {func(f *far) { f.frame(); f.conn.Close() }, link.ErrTSAP, "it has hung up"},
		"another":       {func(f *far) { f.frame(); f.send([]byte("SSH-2.0-OpenSSH\r\n")...) }, link.ErrNoS7, "53 53 48"},
		"data":          {func(f *far) { f.frame(); f.send(tpkt.AppendData(nil, []byte{1}, 128)...) }, link.ErrNoS7, "TPDU f0"},
		"setup refused": {func(f *far) { f.confirm(); f.sendPDU(refused(f.job())) }, link.ErrTSAP, "0x8104"},
		"setup hung up": {func(f *far) { f.confirm(); f.job(); f.conn.Close() }, link.ErrTSAP, "at the setup"},
		"plus":          {func(f *far) { f.confirm(); f.job(); f.sendPDU([]byte{0x72, 1, 0, 0}) }, link.ErrNoS7, "S7CommPlus"},
		"read for it":   {func(f *far) { f.confirm(); f.answer(f.job(), 1) }, link.ErrNoS7, "Setup"},
		"small":         {func(f *far) { f.confirm(); f.agree(pdu.Terms{Calling: 1, Called: 1, PDU: 32}) }, link.ErrSmallPDU, "32 octets"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(t, t.Context(), c.play)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %v and %q", err, c.want, c.says)
			}
		})
	}
}

func refused(job pdu.PDU) []byte {
	return pdu.Append(nil, pdu.PDU{Kind: pdu.Ack, Reference: job.Reference, Error: pdu.NoService})
}

func TestConnectingEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := open(t, ctx, func(f *far) { f.confirm(); f.job() })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func TestAnswersAreFoundByTheirReferences(t *testing.T) {
	c, err := open(t, t.Context(), func(f *far) {
		agreed(f)
		first, second := f.job(), f.job() // no more than 2 are on the way
		f.answer(second, 2)
		third := f.job()
		f.answer(third, 3)
		f.answer(first, 1)
		stranger := third
		stranger.Reference += 100
		f.answer(stranger, 9)
		f.answer(f.job(), 4)
	})
	if err != nil {
		t.Fatal(err)
	}
	all := calls(4)
	if err := c.Exchange(t.Context(), time.Minute, all); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if got := octet(t, &all[i]); int(got) != i+1 {
			t.Errorf("call %d is answered with %d", i, got)
		}
	}
	if c.Strays() != 1 {
		t.Errorf("%d strays", c.Strays())
	}
}

func TestAnAnswerThatDoesNotComeBreaksTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := open(t, t.Context(), func(f *far) { agreed(f); f.job() })
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		one := calls(1)
		if err := c.Exchange(t.Context(), 3*time.Second, one); !errors.Is(err, link.ErrTimeout) || !one[0].Sent || one[0].Done {
			t.Errorf("%v, %+v", err, one[0])
		}
		if after := time.Since(began); after != 3*time.Second {
			t.Errorf("after %v", after)
		}
		if err := c.Exchange(t.Context(), time.Second, one); !errors.Is(err, link.ErrTimeout) || one[0].Sent {
			t.Errorf("afterwards: %v, sent %v", err, one[0].Sent)
		}
	})
}

func TestAJobThatNobodyWaitsForKeepsItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := make(chan struct{})
		c, err := open(t, t.Context(), func(f *far) {
			f.confirm()
			f.agree(pdu.Terms{Calling: 1, Called: 1, PDU: 240})
			job := f.job()
			<-late
			f.answer(job, 1)
			f.answer(f.job(), 2)
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		one := calls(1)
		if err := c.Exchange(ctx, 0, one); !errors.Is(err, context.DeadlineExceeded) || c.Err() != nil {
			t.Fatalf("%v, %v", err, c.Err())
		}
		answered := make(chan error)
		next := calls(1)
		go func() { answered <- c.Exchange(t.Context(), time.Minute, next) }()
		synctest.Wait()
		close(late)
		if err := <-answered; err != nil || octet(t, &next[0]) != 2 || one[0].Done {
			t.Errorf("%v: the late answer was taken for another's", err)
		}
		if c.Strays() != 1 {
			t.Errorf("%d strays", c.Strays())
		}
	})
}

func TestWhatIsNoAnswerBreaksTheConnection(t *testing.T) {
	for name, octets := range map[string][]byte{
		"no frame":         {0xFF, 0, 0, 9, 1, 2, 3, 4, 5},
		"no PDU":           {3, 0, 0, 8, 2, 0xF0, 0x80, 1},
		"a disconnect":     tpkt.AppendDisconnect(nil, 1, 0),
		"a false length":   {3, 0, 0, 7 + 12, 2, 0xF0, 0x80, 0x32, 3, 0, 0, 0, 1, 0, 9, 0, 0, 0, 0},
		"a length of none": {3, 0, 0, 2},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := open(t, t.Context(), func(f *far) {
				agreed(f)
				f.job()
				f.send(octets...)
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Exchange(t.Context(), time.Minute, calls(1)); err == nil || c.Err() == nil {
				t.Errorf("%v, %v", err, c.Err())
			}
		})
	}
}

func TestASignOfLifeIsNoAnswer(t *testing.T) {
	c, err := open(t, t.Context(), func(f *far) {
		agreed(f)
		job := f.job()
		f.send(3, 0, 0, 7, 2, 0xF0, 0x80)
		f.answer(job, 7)
	})
	if err != nil {
		t.Fatal(err)
	}
	one := calls(1)
	if err := c.Exchange(t.Context(), time.Minute, one); err != nil || octet(t, &one[0]) != 7 {
		t.Error(err)
	}
}
