package listen

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// protocol is how Linux lists the sockets of one kind; proc(5), /proc/net/tcp.
type protocol struct {
	tables []string
	state  string // of a socket that waits for others
}

var (
	tcp = protocol{[]string{"/proc/net/tcp", "/proc/net/tcp6"}, "0A"} // TCP_LISTEN
	udp = protocol{[]string{"/proc/net/udp", "/proc/net/udp6"}, "07"} // TCP_CLOSE: bound, and connected to nobody
)

// socket is a line of such a table.
type socket struct {
	ip    netip.Addr
	port  uint16
	user  string // its number
	inode string
}

// sockets reads those of a table that are in a state. Lines that are none are left out.
func sockets(table []byte, state string) (all []socket) {
	const local, status, uid, inode = 1, 3, 7, 9
	for line := range bytes.Lines(table) {
		fields := strings.Fields(string(line))
		if len(fields) <= inode || fields[status] != state {
			continue
		}
		if ip, port, ok := localAddress(fields[local]); ok {
			all = append(all, socket{ip: ip, port: port, user: fields[uid], inode: fields[inode]})
		}
	}
	return all
}

// localAddress reads IP:PORT in hexadecimal, where each 32 bits of the IP are in the order of the machine. All that the
// node is built for are little-endian.
func localAddress(text string) (ip netip.Addr, port uint16, ok bool) {
	host, service, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(host)
	if err != nil {
		return ip, 0, false
	}
	for word := range slices.Chunk(raw, 4) {
		slices.Reverse(word)
	}
	number, err := strconv.ParseUint(service, 16, 16)
	if err != nil {
		return ip, 0, false
	}
	ip, ok = netip.AddrFromSlice(raw)
	return ip, uint16(number), ok
}

// process finds who has a socket, among the processes that this user may look into. An empty pid: nobody of them.
func process(inode string) (pid, name string) {
	wanted := "socket:[" + inode + "]"
	descriptors, err := filepath.Glob("/proc/[0-9]*/fd")
	if err != nil {
		return "", ""
	}
	for _, dir := range descriptors {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // another user's, or gone
		}
		for _, e := range entries {
			if at, err := os.Readlink(filepath.Join(dir, e.Name())); err == nil && at == wanted {
				home := filepath.Dir(dir)
				return filepath.Base(home), command(home)
			}
		}
	}
	return "", ""
}

// command is the name of the program that a process runs; proc(5), comm.
func command(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, "comm")) //nolint:gosec // below /proc
	if err != nil {
		return "a program that has just ended"
	}
	return strings.TrimSpace(string(text))
}

// account is the name of a user, or its number where it has none.
func account(uid string) string {
	if u, err := user.LookupId(uid); err == nil {
		return u.Username
	}
	return uid
}
