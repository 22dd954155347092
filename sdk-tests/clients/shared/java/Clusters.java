import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dsql.DsqlClient;
import software.amazon.awssdk.services.dsql.model.GetClusterResponse;
import software.amazon.awssdk.services.dsql.model.ResourceNotFoundException;

/** The control plane by the AWS SDK: a cluster is made, tagged, found in the list and deleted, with its waiters. */
final class Clusters {
    private Clusters() {}

    static String create() {
        try (DsqlClient dsql = DsqlClient.create()) {
            String identifier =
                    dsql.createCluster(
                                    request ->
                                            request.deletionProtectionEnabled(false)
                                                    .tags(Map.of("Name", "story")))
                            .identifier();
            dsql.waiter().waitUntilClusterActive(request -> request.identifier(identifier));
            GetClusterResponse cluster = dsql.getCluster(request -> request.identifier(identifier));
            dsql.tagResource(
                    request -> request.resourceArn(cluster.arn()).tags(Map.of("stage", "test")));
            Map<String, String> tags =
                    dsql.listTagsForResource(request -> request.resourceArn(cluster.arn())).tags();
            return Json.object(
                    "identifier", identifier,
                    "endpoint", cluster.endpoint(),
                    "status", cluster.statusAsString(),
                    "isListed",
                            dsql.listClustersPaginator(request -> {}).clusters().stream()
                                    .anyMatch(one -> one.identifier().equals(identifier)),
                    "tags",
                            new Json.Raw(
                                    Json.object(
                                            tags.entrySet().stream()
                                                    .flatMap(tag -> Stream.of(tag.getKey(), tag.getValue()))
                                                    .toArray())));
        }
    }

    static String delete(String identifier) {
        try (DsqlClient dsql = DsqlClient.create()) {
            dsql.deleteCluster(request -> request.identifier(identifier));
            dsql.waiter().waitUntilClusterNotExists(request -> request.identifier(identifier));
            dsql.getCluster(request -> request.identifier(identifier));
        } catch (ResourceNotFoundException error) {
            return Json.object("gone", error.awsErrorDetails().errorCode());
        }
        return Json.object("gone", false);
    }
}
