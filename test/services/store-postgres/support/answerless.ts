import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and the server on a port of this machine. */
export interface Answerless {
  readonly port: number;
  /** From now on the server hears everything, and the client nothing. */
  readonly loseAnswers: () => void;
  /** Cuts off everybody who is connected; who comes anew hears everything. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

export async function answerless(serverPort: number): Promise<Answerless> {
  const sockets = new Set<Socket>();
  let losing = false;
  const server = createServer((client) => {
    const behind = connect(serverPort, '127.0.0.1');
    const ends = [client, behind];
    for (const socket of ends) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        for (const end of ends) end.destroy();
      });
    }
    client.on('data', (bytes) => behind.write(bytes));
    behind.on('data', (bytes) => {
      if (!losing) client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    losing = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    loseAnswers() {
      losing = true;
    },
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
