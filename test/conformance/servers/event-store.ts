interface Stored<Message> {
  id: string;
  stream: string;
  message: Message;
}

/** The events of one session's streams, for resumption; discarded with the session. */
export function eventStore<Message>() {
  const events: Stored<Message>[] = [];
  return {
    async storeEvent(stream: string, message: Message): Promise<string> {
      const id = `${stream}_${events.length}`;
      events.push({ id, stream, message });
      return id;
    },
    async replayEventsAfter(
      last: string,
      { send }: { send: (id: string, message: Message) => Promise<void> },
    ): Promise<string> {
      const at = events.findIndex(({ id }) => id === last);
      const stream = events[at]?.stream ?? '';
      for (const event of events.slice(at + 1)) if (event.stream === stream) await send(event.id, event.message);
      return stream;
    },
  };
}
