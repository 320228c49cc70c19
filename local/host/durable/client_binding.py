"""The text a durable client binding is given, and the links that clients are handed."""

from __future__ import annotations

import json
from dataclasses import dataclass

_OPERATIONS = {
    "statusQueryGetUri": "",
    "sendEventPostUri": "/raiseEvent/{eventName}",
    "terminatePostUri": "/terminate?reason={text}",
    "rewindPostUri": "/rewind?reason={text}",
    "purgeHistoryDeleteUri": "",
    "restartPostUri": "/restart",
    "suspendPostUri": "/suspend?reason={text}",
    "resumePostUri": "/resume?reason={text}",
}
CONNECTION = "Storage"


@dataclass(frozen=True, slots=True)
class Links:
    """Where this host is reached.

    Args:
        base: `http://host:port`, for the webhooks.
        rpc: of the endpoint for the client binding, with a slash at the end.
        hub: the task hub's name.
        code: the durable system key.
    """

    base: str
    rpc: str
    hub: str
    code: str

    @property
    def webhooks(self) -> str:
        """The root of the webhooks."""
        return f"{self.base}/runtime/webhooks/durabletask"

    def management(self, id_: str) -> dict[str, str]:
        """Make the links of one instance."""
        query = f"taskHub={self.hub}&connection={CONNECTION}&code={self.code}"
        links = {"id": id_}
        for name, path in _OPERATIONS.items():
            joint = "&" if "?" in path else "?"
            links[name] = f"{self.webhooks}/instances/{id_}{path}{joint}{query}"
        return links

    def binding(self) -> str:
        """Write the text of the binding."""
        start = f"{self.webhooks}/orchestrators/{{functionName}}[/{{instanceId}}]"
        waiting = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}"
        return json.dumps(
            {
                "taskHubName": self.hub,
                "connectionName": CONNECTION,
                "creationUrls": {
                    "createNewInstancePostUri": f"{start}?code={self.code}",
                    "createAndWaitOnNewInstancePostUri": f"{start}?{waiting}&code={self.code}",
                },
                "managementUrls": self.management("INSTANCEID"),
                "baseUrl": self.webhooks,
                "requiredQueryStringParameters": f"code={self.code}",
                "rpcBaseUrl": self.rpc,
                "httpBaseUrl": self.webhooks,
            }
        )
