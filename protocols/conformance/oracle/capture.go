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
	sequences := map[bool]uint32{}
	for i, frame := range frames {
		toward := i < len(d.Toward) && d.Toward[i]
		segment := d.segment(frame, toward, 1+sequences[toward], 1+sequences[!toward])
		if d.Datagrams {
			segment = d.datagram(frame, toward)
		}
		sequences[toward] += uint32(len(frame))
		packet := packetOf(segment, d.Datagrams, toward)
		for _, field := range [...]uint32{uint32(i), 0, uint32(len(packet)), uint32(len(packet))} {
			file = binary.LittleEndian.AppendUint32(file, field)
		}
		file = append(file, packet...)
	}
	return file
}

// client is the port of the other end.
const client = 50000

// appendPorts appends the ports of a packet: where it comes from, and where it goes to.
func (d Dissection) appendPorts(dst []byte, toward bool) []byte {
	from, to := d.Port, uint16(client)
	if toward {
		from, to = to, from
	}
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(dst, from), to)
}

// segment returns a TCP segment. Nobody checks the sums.
func (d Dissection) segment(payload []byte, toward bool, sequence, acknowledged uint32) []byte {
	tcp := d.appendPorts(nil, toward)
	tcp = binary.BigEndian.AppendUint32(tcp, sequence)
	tcp = binary.BigEndian.AppendUint32(tcp, acknowledged)
	tcp = append(tcp, 5<<4, 0x18, 0xFF, 0xFF, 0, 0, 0, 0)
	return append(tcp, payload...)
}

// datagram returns one of UDP.
func (d Dissection) datagram(payload []byte, toward bool) []byte {
	udp := binary.BigEndian.AppendUint16(d.appendPorts(nil, toward), uint16(8+len(payload)))
	return append(append(udp, 0, 0), payload...)
}

// packetOf returns an IPv4 packet.
func packetOf(payload []byte, datagram, toward bool) []byte {
	const header, tcp, udp = 20, 6, 17
	ip := make([]byte, header, header+len(payload))
	ip[0], ip[8], ip[9] = 0x45, 64, tcp
	if datagram {
		ip[9] = udp
	}
	binary.BigEndian.PutUint16(ip[2:], uint16(header+len(payload)))
	copy(ip[12:], []byte{192, 0, 2, 1, 192, 0, 2, 2})
	if toward {
		ip[15], ip[19] = ip[19], ip[15]
	}
	return append(ip, payload...)
}
