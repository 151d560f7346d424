package listen

import (
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/internal/ports"
)

func TestWhoHasAnAddressIsNamed(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems have no /proc")
	}
	l, err := TCP(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := UDP(t.Context(), "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, tcpErr := TCP(t.Context(), l.Addr().String())
	_, udpErr := UDP(t.Context(), c.LocalAddr().String())
	for _, err := range []error{tcpErr, udpErr, Try(t.Context(), "tcp", l.Addr().String()), Try(t.Context(), "udp", c.LocalAddr().String())} {
		if !Taken(err) || !strings.HasSuffix(err.Error(), "address already in use by this process itself") {
			t.Errorf("got %v", err)
		}
	}
	if pid, name := process(inodeOf(t, l.Addr().String())); pid != fmt.Sprint(os.Getpid()) || name == "" {
		t.Errorf("got process %q %q", pid, name)
	}
}

func inodeOf(t *testing.T, address string) string {
	t.Helper()
	wanted := netip.MustParseAddrPort(address)
	for range looks {
		if s, ok := tcp.find(wanted.Addr(), wanted.Port()); ok {
			return s.inode
		}
	}
	t.Fatalf("%s is not listed", address)
	return ""
}

func TestAnAddressThatNoInterfaceHasIsSaidToBeThat(t *testing.T) {
	_, err := TCP(t.Context(), "192.0.2.1:8470") // RFC 5737: of documents
	if err == nil || Taken(err) || !strings.Contains(err.Error(), "no interface of this machine has that address now") {
		t.Errorf("got %v", err)
	}
}

func TestAnAddressIsGivenBackWhenItWasTried(t *testing.T) {
	address := ports.Free(t).Address()
	for range 2 {
		if err := Try(t.Context(), "tcp", address); err != nil {
			t.Error(err)
		}
	}
}

func TestASocketExcludesTheAddressesThatItStandsFor(t *testing.T) {
	at := func(ip string) socket { return socket{ip: netip.MustParseAddr(ip), port: 80} }
	for _, c := range []struct {
		have socket
		want string
		port uint16
		yes  bool
	}{
		{at("127.0.0.1"), "127.0.0.1", 80, true},
		{at("127.0.0.1"), "127.0.0.1", 81, false},
		{at("127.0.0.1"), "127.0.0.2", 80, false},
		{at("0.0.0.0"), "127.0.0.2", 80, true},
		{at("::"), "127.0.0.2", 80, true},
		{at("::ffff:127.0.0.1"), "127.0.0.1", 80, true},
		{at("127.0.0.1"), "0.0.0.0", 80, true},
	} {
		if got := c.have.excludes(netip.MustParseAddr(c.want), c.port); got != c.yes {
			t.Errorf("%v and %s:%d: %v", c.have, c.want, c.port, got)
		}
	}
	if !at("127.0.0.1").excludes(netip.Addr{}, 80) {
		t.Error("a name may be any address")
	}
}

func FuzzSocketsAreReadFromAnyTable(f *testing.F) {
	f.Add("  sl  local_address rem_address   st\n   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 42 1 0 100 0\n")
	f.Add("   0: 0000000000000000FFFF00000100007F:1F90 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 7\n")
	f.Fuzz(func(t *testing.T, table string) {
		for _, s := range sockets([]byte(table), tcp.state) {
			if !s.ip.IsValid() || s.inode == "" || s.user == "" {
				t.Errorf("%q gives %+v", table, s)
			}
		}
	})
}

func TestATableIsReadAsProcWritesIt(t *testing.T) {
	got := sockets([]byte("   0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0  1000 0 42 1\n"+
		"   1: 0000000000000000FFFF00000100007F:0050 0:0 0A 0:0 0:0 0  0 0 7\n"+
		"   2: 0100007F:1F91 00000000:0000 06 0:0 0:0 0  1000 0 43 1\n"), tcp.state)
	want := []socket{
		{netip.MustParseAddr("127.0.0.1"), 8080, "1000", "42"},
		{netip.MustParseAddr("::ffff:127.0.0.1"), 80, "0", "7"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
