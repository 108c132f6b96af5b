/** What a client's open WebSocket is to the gateway. */
export interface Session {
  /** Takes nothing new, and ends when what is under way is over. */
  close(): void;
  /** Cuts the connection. */
  cut(): void;
}
