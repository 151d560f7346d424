package plant

import (
	"fmt"
	"net"
	"strconv"
)

// Serial is how a serial line is set.
type Serial struct {
	Device   string // /dev/ttyUSB0
	Baud     int
	DataBits int
	Parity   string // none, odd or even
	StopBits int
}

// Endpoint is the line as an endpoint of the modbus driver. Frames are rtu or ascii.
func (s Serial) Endpoint(frames string) string {
	url := fmt.Sprintf("%s://%s?baud=%d&parity=%s&stop_bits=%d", frames, s.Device, s.Baud, s.Parity, s.StopBits)
	if s.DataBits != 8 {
		url += fmt.Sprintf("&data_bits=%d", s.DataBits)
	}
	return url
}

// Socket is an endpoint of the modbus driver over the network, by its scheme.
func Socket(scheme, host string, port int) string {
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(port))
}
