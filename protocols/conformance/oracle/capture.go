package oracle

import "encoding/binary"

// capture returns a capture file (pcap, link type 101: packets that begin with their IP header).
func (d Dissection) capture(frames [][]byte) []byte {
	file := binary.LittleEndian.AppendUint32(nil, 0xA1B2C3D4)
	file = binary.LittleEndian.AppendUint16(file, 2)
	file = binary.LittleEndian.AppendUint16(file, 4)
	for _, field := range [...]uint32{0, 0, 1 << 16, 101} {
		file = binary.LittleEndian.AppendUint32(file, field)
	}
	sequence := uint32(1)
	for i, frame := range frames {
		segment := d.segment(frame, sequence)
		if d.Datagrams {
			segment = d.datagram(frame)
		}
		sequence += uint32(len(frame))
		packet := packetOf(segment, d.Datagrams)
		for _, field := range [...]uint32{uint32(i), 0, uint32(len(packet)), uint32(len(packet))} {
			file = binary.LittleEndian.AppendUint32(file, field)
		}
		file = append(file, packet...)
	}
	return file
}

// client is the port that packets go to.
const client = 50000

// segment returns a TCP segment. Nobody checks the sums.
func (d Dissection) segment(payload []byte, sequence uint32) []byte {
	tcp := binary.BigEndian.AppendUint16(nil, d.Port)
	tcp = binary.BigEndian.AppendUint16(tcp, client)
	tcp = binary.BigEndian.AppendUint32(tcp, sequence)
	tcp = append(tcp, 0, 0, 0, 0, 5<<4, 0x18, 0xFF, 0xFF, 0, 0, 0, 0)
	return append(tcp, payload...)
}

// datagram returns one of UDP.
func (d Dissection) datagram(payload []byte) []byte {
	udp := binary.BigEndian.AppendUint16(nil, d.Port)
	udp = binary.BigEndian.AppendUint16(udp, client)
	udp = binary.BigEndian.AppendUint16(udp, uint16(8+len(payload)))
	return append(append(udp, 0, 0), payload...)
}

// packetOf returns an IPv4 packet.
func packetOf(payload []byte, datagram bool) []byte {
	const header, tcp, udp = 20, 6, 17
	ip := make([]byte, header, header+len(payload))
	ip[0], ip[8], ip[9] = 0x45, 64, tcp
	if datagram {
		ip[9] = udp
	}
	binary.BigEndian.PutUint16(ip[2:], uint16(header+len(payload)))
	copy(ip[12:], []byte{192, 0, 2, 1, 192, 0, 2, 2})
	return append(ip, payload...)
}
